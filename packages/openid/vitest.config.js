export { preset as default } from "@monolake/vitest";
