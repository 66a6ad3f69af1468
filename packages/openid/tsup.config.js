import { library } from "@monolake/tsup";

export default library({ entry: ["src/index.ts"] });
