import { library } from "@monolake/tsup";

// The worker entry is the file that a thread starts with: it is found beside index.js, not imported.
export default library({ entry: { index: "src/index.ts", "worker-entry": "src/workers/worker-entry.ts" } });
