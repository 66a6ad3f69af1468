import { cpSync } from "node:fs";
import { join } from "node:path";
import { built } from "../build.ts";
import type { PossiblePeer } from "../peer.ts";
import type { Checkout, Edit } from "./checkout.ts";
import { suitePeer } from "./suite-peer.ts";

const files = [
  "client.mjs",
  "server.mjs",
  "test_driver.mjs",
  "test_handler.mjs",
  "test-cases.mjs",
  "helpers.js",
];
const edits: readonly Edit[] = [
  { from: /^.*"testUuid".*\n/gm },
  { from: /^import .* from "uuid";\n/gm },
  // The driver ends with the answer to the last call. When it came in one segment with others, their checks come too late.
  { from: /assert\.end\(\);\s+done\(\);/g, to: "setImmediate(() => (assert.end(), done()));" },
];

/** The test programs for the npm package `thrift`. */
export const nodeSuite = (checkout: Checkout): PossiblePeer => ({
  id: "node",
  async prepare() {
    const sources = files.map((name) => `lib/nodejs/test/${name}`);
    const generated = await checkout.generate("js:node,es6");
    const folder = await built(
      "suite-node",
      [import.meta.filename, ...sources.map((name) => checkout.path(name)), generated],
      async (to) => {
        for (const name of sources) checkout.copy(name, to, edits);
        cpSync(generated, join(to, "gen-nodejs-es6"), { recursive: true });
      },
    );
    return suitePeer({
      id: "node",
      server: ({ protocol, transport }, port) => command("server.mjs", protocol, transport, port),
      client: ({ protocol, transport }, port) => command("client.mjs", protocol, transport, port),
      // What tape prints: `ok 7 testByte`. The numbers follow the order of the answers, which is not promised.
      checksIn: (output) =>
        output
          .split("\n")
          .filter((line) => /^(not )?ok \d/.test(line))
          .map((line) => line.replace(/ \d+/, ""))
          .sort()
          .map((text) => ({ passed: text.startsWith("ok"), text })),
    });

    function command(program: string, protocol: string, transport: string, port: number) {
      const options = ["--es6", "-p", protocol, "-t", transport, "--port", String(port)];
      const where = program === "client.mjs" ? ["--host", "127.0.0.1"] : [];
      return { program: process.execPath, arguments: [join(folder, program), ...options, ...where] };
    }
  },
});
