import { generate, packagePath } from "../build.ts";
import type { PossiblePeer } from "../peer.ts";
import { ownPeer } from "./own-peer.ts";

/** The npm package `thrift`. */
export const node: PossiblePeer = {
  id: "node",
  async prepare() {
    const generated = await generate("node", "js:node,es6");
    const command = (program: string) => ({
      program: process.execPath,
      arguments: [packagePath(`peers/node/${program}.js`)],
      environment: { INTEROP_GENERATED: generated },
    });
    return ownPeer({ id: "node", server: command("server"), client: command("client") });
  },
};
