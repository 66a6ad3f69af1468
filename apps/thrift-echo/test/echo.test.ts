import { fileURLToPath } from "node:url";
import { dialStream } from "@monolake/streams";
import { eventually, freePort, type RunningProgram, startProgram, temporaryFolder } from "@monolake/test-kit";
import {
  createMessage,
  createReader,
  createWriter,
  MessageType,
  readPayload,
  resolveThriftClientConnectionOptions,
  ThriftClientConnection,
  type ThriftTransport,
  Type,
  thriftFormat,
} from "@monolake/thrift";
import { describe, expect, test } from "vitest";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

const start = (programArguments: readonly string[]): Promise<RunningProgram> =>
  startProgram(process.execPath, ["--conditions=@monolake/source", main, ...programArguments], {
    readyPattern: /^ready/m,
  });

/** Asks with a connection of its own. */
async function ask(port: number, name: string, text: string, transport: ThriftTransport = "framed") {
  const stream = await dialStream({ type: "socket", host: "127.0.0.1", port });
  const owner = { connectionIdle() {}, connectionClosed() {} };
  const connection = new ThriftClientConnection(stream, owner, resolveThriftClientConnectionOptions());
  const format = thriftFormat(transport, "compact");
  const args = createWriter(format.protocol);
  args.writeField(1, Type.STRING);
  args.writeString(text);
  const call = createMessage({ format, type: MessageType.CALL, name, payload: args.finish() });
  const answer = await connection.send(call);
  connection.close();
  const result = createReader(format.protocol, await readPayload(answer!.payload));
  return result.nextField() ? result.readString() : undefined;
}

describe("the echo service", () => {
  test.each(["ttheader", "framed", "unframed"] as const)(
    "answers over %s from two workers",
    async (transport) => {
      const port = await freePort();
      await using program = await start(["--port", String(port), "--workers", "2"]);
      for (let round = 0; round < 4; round += 1) {
        expect(await ask(port, "echo", "hello", transport)).toBe("hello");
        expect(await ask(port, "echoBinary", "bytes", transport)).toBe("bytes");
      }
      program.kill("SIGTERM");
      expect((await program.exited).code).toBe(0);
    },
  );

  test("follows its configuration file", async () => {
    const port = await freePort();
    await using folder = await temporaryFolder();
    const file = await folder.write("echo.toml", `listen = "127.0.0.1:${port}"\n`);
    await using program = await start(["--config", file]);
    expect(await ask(port, "echo", "hello")).toBe("hello");
    await folder.write("echo.toml", `listen = "127.0.0.1:${port}"\nprefix = "> "\n`);
    await eventually(async () => expect(await ask(port, "echo", "hello")).toBe("> hello"));
    await folder.write("echo.toml", `listen = "127.0.0.1:${port}"\nprefx = "> "\n`);
    await program.waitForOutput(/unknown key/);
    expect(await ask(port, "echo", "hello")).toBe("> hello");
  });
});
