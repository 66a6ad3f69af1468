import { fileURLToPath } from "node:url";
import { freePort, startHttpUpstream, startProgram, temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** The gateway as its users run it, and an upstream that says whom it was told of. */
async function startGateway() {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const upstream = stack.use(
    await startHttpUpstream((request, response) => {
      response.end(`${request.url} of ${request.headers["x-account"]}, key ${request.headers["x-api-key"]}`);
    }),
  );
  const port = await freePort();
  const text = (accounts: string) =>
    `listen = "127.0.0.1:${port}"\nupstream = "${upstream.origin}"\n[accounts]\n${accounts}\n`;
  const file = await folder.write("gateway.toml", text('secret = "ada"'));
  const program = stack.use(
    await startProgram(process.execPath, ["--conditions=@monolake/source", main, file], {
      readyPattern: /"message":"ready"/,
    }),
  );
  const configure = async (accounts: string, logged: RegExp) => {
    await folder.write("gateway.toml", text(accounts));
    await program.waitForOutput(logged);
  };
  const ask = async (headers: Record<string, string>) => {
    const response = await fetch(`http://127.0.0.1:${port}/path`, {
      headers: { connection: "close", ...headers },
    });
    return `${response.status} ${(await response.text()).trim()}`;
  };
  return { program, configure, ask, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

it("lets those in who have a key, and tells the upstream whose it is instead", async () => {
  await using gateway = await startGateway();
  expect(await gateway.ask({ "x-api-key": "secret" })).toBe("200 /path of ada, key undefined");
  expect(await gateway.ask({ "x-api-key": "guess" })).toBe("401 a known X-Api-Key is needed");
  expect(await gateway.ask({ "x-account": "ada" })).toBe("401 a known X-Api-Key is needed");
  gateway.program.kill("SIGTERM");
  expect(await gateway.program.exited).toEqual({ code: 0, signal: null });
});

it("follows its file, and serves on as before when that is wrong", async () => {
  await using gateway = await startGateway();
  await gateway.configure("secret = 5", /configuration refused.*accounts\.secret/);
  expect(await gateway.ask({ "x-api-key": "secret" })).toMatch(/^200 .*ada/);
  await gateway.configure(
    'other = "bob"',
    /"version":2.*configuration applied|configuration applied.*"version":2/,
  );
  expect(await gateway.ask({ "x-api-key": "other" })).toMatch(/^200 .*bob/);
  expect(await gateway.ask({ "x-api-key": "secret" })).toMatch(/^401/);
});

it("says in a line why it cannot start: no file, or a port that is in use", async () => {
  await using folder = await temporaryFolder();
  await using upstream = await startHttpUpstream();
  const start = async (file: string) => {
    await using program = await startProgram(process.execPath, ["--conditions=@monolake/source", main, file]);
    expect((await program.exited).code).toBe(1);
    return program.stderr;
  };
  expect(await start("/no/such.toml")).toMatch(/^cannot read .*: it does not exist\n$/);
  const text = `listen = "127.0.0.1:${upstream.port}"\nupstream = "${upstream.origin}"\naccounts = {}\n`;
  const file = await folder.write("gateway.toml", text);
  expect(await start(file)).toMatch(/^the listener of gateway cannot be opened: .*: it is in use.*\n$/);
  await folder.write("gateway.toml", text.replace("listen", "lisen"));
  expect(await start(file)).toMatch(/:1:1 error: unknown key "lisen", did you mean "listen"\?/);
});
