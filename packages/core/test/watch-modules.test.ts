import { eventually, temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { createWorkerManager } from "../src/index.ts";
import { connectLines } from "./line-client.ts";
import { recordingLogger } from "./recording-logger.ts";

it.each(["threads", "processes"] as const)(
  "a module of one's own is loaded afresh, with what it imports, when a file changes (%s)",
  async (mode) => {
    await using folder = await temporaryFolder();
    const label = (text: string) => folder.write("label.mjs", `export const label = "${text}";`);
    await label("first");
    const file = await folder.write(
      "service.mjs",
      `import { label } from "./label.mjs";
       export const createService = () => ({
         make: async () => ({ call: async (socket) => void socket.end(label + "\\n") }),
       });`,
    );
    const logger = recordingLogger();
    await using manager = await createWorkerManager({
      mode,
      runtime: { workerThreads: 2 },
      logger,
      graceMs: 0,
      drainMs: 0,
      watchModules: true,
    });
    const listen = {
      module: new URL("./fixtures/tcp-listener.ts", import.meta.url).href,
      config: { name: "dev" },
    };
    const service = { module: `file://${file}`, config: {} };
    const command = { type: "prepare-and-commit", site: "dev", service, listen } as const;
    (await manager.dispatch(command)).throwIfFailed();
    const labels = async () => {
      const clients = await Promise.all([0, 1].map((worker) => connectLines(logger.portOf("dev", worker))));
      return clients.map((client) => client.label);
    };
    expect(await labels()).toEqual(["first", "first"]);
    await label("second");
    await logger.waitFor(({ message }) => message === "modules are loaded afresh");
    await eventually(async () => expect(await labels()).toEqual(["second", "second"]));
    // What cannot be loaded changes nothing.
    await folder.write("label.mjs", "export const label = ;");
    await logger.waitFor(({ message }) => message.startsWith("modules cannot be loaded afresh"));
    expect(await labels()).toEqual(["second", "second"]);
    await label("third");
    await eventually(async () => expect(await labels()).toEqual(["third", "third"]));
  },
);
