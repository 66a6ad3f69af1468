import { library } from "@monolake/tsup";

export default library({ entry: ["src/main.ts", "src/service-module.ts"] });
