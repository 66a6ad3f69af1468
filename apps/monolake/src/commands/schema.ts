import { configJsonSchema } from "../schema/config-json-schema.ts";
import { type Command, readArguments, usageFailure } from "./command.ts";

export const schemaCommand: Command = {
  name: "schema",
  usage: "schema",
  summary: "print the JSON Schema of configuration files, for editors",
  details: `The package has it as config.schema.json, too. A file names it for its editor:
  TOML   #:schema ./config.schema.json                              (taplo, Even Better TOML)
  YAML   # yaml-language-server: $schema=./config.schema.json
  JSON   "$schema": "./config.schema.json"
`,
  run(args) {
    const parsed = readArguments(this, args, {});
    if (parsed === undefined) return;
    const [unexpected] = parsed.positionals;
    if (unexpected !== undefined) throw usageFailure(`unexpected argument ${unexpected}`, this);
    process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  },
};
