import { library } from "@monolake/tsup";

export default library({
  entry: [
    "src/common/index.ts",
    "src/http/index.ts",
    "src/proxy-protocol/index.ts",
    "src/tcp/index.ts",
    "src/thrift/index.ts",
    "src/tls/index.ts",
  ],
});
