import { fileURLToPath } from "node:url";
import { createFileSource } from "@monolake/config";
import { startDemoUpstream } from "../demo/demo-upstream.ts";
import { packageFile } from "../run/package-file.ts";
import { serve } from "../run/serve.ts";
import { type Command, readArguments, usageFailure } from "./command.ts";
import { servingOptions, servingSettings } from "./run.ts";

const demoConfig = fileURLToPath(packageFile("examples/quick-start.toml"));
// What that file says.
const demoProxyAddress = "127.0.0.1:8080";
const demoUpstreamPort = 8090;

export const demoCommand: Command = {
  name: "demo",
  usage: "demo",
  summary: "run it with an example configuration and an upstream of its own",
  details: "",
  async run(args) {
    const parsed = readArguments(this, args, { config: { type: "string", short: "c" }, ...servingOptions });
    if (parsed === undefined) return;
    const { values, positionals } = parsed;
    if (positionals[0] !== undefined) throw usageFailure(`unexpected argument ${positionals[0]}`, this);
    if (values.config !== undefined)
      throw usageFailure("the demo brings a configuration of its own: leave out --config", this);
    const settings = servingSettings(values);
    const upstream = await startDemoUpstream(demoUpstreamPort);
    process.stdout.write(demoText);
    try {
      await serve(createFileSource(demoConfig), settings);
    } finally {
      upstream.closeAllConnections();
      upstream.close();
    }
  },
};

const demoText = `
Monolake serves ${demoProxyAddress} and forwards to a demo upstream on 127.0.0.1:${demoUpstreamPort}.
Its configuration: ${demoConfig}

Try in another terminal:
  curl -i http://${demoProxyAddress}/
  curl -i http://${demoProxyAddress}/api/users/7?verbose=1
  curl -i -d 'some data' http://${demoProxyAddress}/upload
  curl -i http://${demoProxyAddress}/nothing/here       (a 404 of the proxy itself)

Ctrl-C ends it.

`;
