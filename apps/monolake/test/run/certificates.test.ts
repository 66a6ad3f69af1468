import { once } from "node:events";
import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { connect } from "node:tls";
import {
  createCertificate,
  freePort,
  startHttpUpstream,
  type TemporaryFolder,
  temporaryFolder,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { authority, writeCertificate } from "../proxy/tls-files.ts";
import { configText, startFollowing } from "./cli.ts";

const issue = (name: string) => createCertificate({ subject: name, names: ["localhost"], issuer: authority });

/** The subject of the certificate that a server shows. */
async function shownAt(port: number): Promise<string | undefined> {
  const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ca: authority.certificate });
  await once(socket, "secureConnect");
  const subject = socket.getPeerX509Certificate()?.subject;
  socket.destroy();
  return subject;
}

async function startWithTls(folder: TemporaryFolder, { runtime = "", workers = 2 } = {}) {
  const upstream = await startHttpUpstream();
  const port = await freePort();
  const tls = `tls = { chain = "${folder.path}/server.crt", key = "${folder.path}/server.key" }`;
  const text = configText({ listen: port, upstream: upstream.origin, more: tls })
    .replace("[runtime]", `[runtime]\n${runtime}`)
    .replace("worker_threads = 2", `worker_threads = ${workers}`);
  const proxy = await startFollowing(`${folder.path}/proxy.toml`, text);
  return {
    proxy,
    port,
    upstream,
    text,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

describe("a certificate that is replaced", () => {
  it("is shown from then on; connections, also to upstreams, go on", async () => {
    await using folder = await temporaryFolder();
    await writeCertificate(folder, "server", issue("first"));
    await using served = await startWithTls(folder);
    const { proxy, port, upstream } = served;
    const open = connect({ port, host: "127.0.0.1", servername: "localhost", ca: authority.certificate });
    const get = async () => {
      open.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      return String((await once(open, "data"))[0]);
    };
    expect(await get()).toMatch(/^HTTP\/1.1 200/);
    expect(await shownAt(port)).toBe("CN=first");
    await writeCertificate(folder, "server", issue("second"));
    await proxy.nextLine(/"msg":"configuration applied"/);
    expect(await shownAt(port)).toBe("CN=second");
    expect(await get()).toMatch(/^HTTP\/1.1 200/);
    expect(upstream.connections).toBe(1);
    open.destroy();
  });

  it("is seen where a link is turned to another folder, as Kubernetes does it", async () => {
    await using folder = await temporaryFolder();
    for (const name of ["old", "new"]) {
      await mkdir(`${folder.path}/${name}`);
      await writeCertificate(folder, `${name}/server`, issue(name));
    }
    await symlink("old", `${folder.path}/current`);
    for (const file of ["server.crt", "server.key"])
      await symlink(`current/${file}`, `${folder.path}/${file}`);
    await using served = await startWithTls(folder);
    expect(await shownAt(served.port)).toBe("CN=old");
    await symlink("new", `${folder.path}/next`);
    await rename(`${folder.path}/next`, `${folder.path}/current`);
    await served.proxy.nextLine(/"msg":"configuration applied"/);
    expect(await shownAt(served.port)).toBe("CN=new");
  });

  it("is refused when it does not fit its key, at its place; the last good one is shown on", async () => {
    await using folder = await temporaryFolder();
    await writeCertificate(folder, "server", issue("first"));
    await using served = await startWithTls(folder);
    await folder.write("server.crt", issue("second").certificate);
    const refused = await served.proxy.nextLine(/"msg":"configuration not applied"|ERR_CONFIG_INVALID/);
    expect(JSON.stringify(refused)).toMatch(/server\.key.*does not belong to the first certificate/);
    expect(JSON.stringify(refused)).toMatch(/proxy\.toml:\d+:\d+/);
    expect(await shownAt(served.port)).toBe("CN=first");
    await writeCertificate(folder, "server", issue("third"));
    await served.proxy.nextLine(/"msg":"configuration applied"/);
    expect(await shownAt(served.port)).toBe("CN=third");
  });

  it("that is removed changes nothing", async () => {
    await using folder = await temporaryFolder();
    await writeCertificate(folder, "server", issue("first"));
    await using served = await startWithTls(folder);
    await rm(`${folder.path}/server.crt`);
    expect(await shownAt(served.port)).toBe("CN=first");
    await served.proxy.change(`${served.text}\n`, /does not|cannot read the file/);
    expect(await shownAt(served.port)).toBe("CN=first");
  });
});

describe("a session", () => {
  it("is resumed by every worker process; they take turns at connections", async () => {
    await using folder = await temporaryFolder();
    await writeCertificate(folder, "server", issue("first"));
    await using served = await startWithTls(folder, { runtime: 'worker_type = "processes"' });
    const { session } = await visit(served.port);
    const resumed: boolean[] = [];
    for (let round = 0; round < 4; round += 1) resumed.push((await visit(served.port, session)).resumed);
    expect(resumed).toEqual([true, true, true, true]);
  });

  it("is resumed after a reload", async () => {
    await using folder = await temporaryFolder();
    await writeCertificate(folder, "server", issue("first"));
    await using served = await startWithTls(folder);
    const { session } = await visit(served.port);
    await served.proxy.change(
      served.text.replace('name = "web"', 'name = "renamed"'),
      /"msg":"configuration applied"/,
    );
    expect((await visit(served.port, session)).resumed).toBe(true);
  });
});

/** Asks on a connection of its own, with the session of an earlier one. */
async function visit(
  port: number,
  session?: Buffer,
): Promise<{ resumed: boolean; session: Buffer | undefined }> {
  const socket = connect({
    port,
    host: "127.0.0.1",
    servername: "localhost",
    ca: authority.certificate,
    ...(session !== undefined && { session }),
  });
  let given: Buffer | undefined;
  socket.on("session", (ticket: Buffer) => {
    given = ticket;
  });
  await once(socket, "secureConnect");
  const resumed = socket.isSessionReused();
  socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  await once(socket.resume(), "close");
  return { resumed, session: given };
}

describe("TLS that is switched on and off", () => {
  it("keeps the connections to upstreams", async () => {
    await using folder = await temporaryFolder();
    await writeCertificate(folder, "server", issue("first"));
    await using served = await startWithTls(folder, { workers: 1 });
    const { proxy, port, upstream, text } = served;
    const open = connect({ port, host: "127.0.0.1", servername: "localhost", ca: authority.certificate });
    open.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await once(open.resume(), "close");
    const before = upstream.connections;
    await proxy.change(text.replace(/^tls = .*$/m, ""), /"msg":"configuration applied"/);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect(upstream.connections).toBe(before);
  });
});
