import { library } from "@monolake/tsup";

// The service module is what workers import, so that it is a file of its own.
export default library({ entry: ["src/main.ts", "src/service-module.ts"] });
