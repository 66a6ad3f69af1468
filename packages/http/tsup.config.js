import { library } from "@monolake/tsup";

/** llhttp-wasm is CommonJS and names a peer that it does not need: bundled, it costs users nothing. */
export default library({ entry: ["src/index.ts", "src/fetch/index.ts"], noExternal: ["llhttp-wasm"] });
