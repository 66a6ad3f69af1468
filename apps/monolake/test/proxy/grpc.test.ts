import { eventually, temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { callEverything, startGrpcUpstream } from "./grpc-peers.ts";
import { everythingTo, startProxy } from "./start-proxy.ts";
import { authority, writeCertificate } from "./tls-files.ts";

describe("gRPC through the proxy", () => {
  it("is what it is directly: every kind of call, metadata, failures, deadlines, cancellation, large messages and streams", async () => {
    await using upstream = await startGrpcUpstream();
    await using proxy = await startProxy({
      server: `upstream_http_version = "http2"\n${everythingTo(`http://127.0.0.1:${upstream.port}`)}`,
    });
    const direct = await callEverything(upstream.port);
    const cancelled = ["never", "never", "endless"];
    await eventually(() => upstream.cancelled.length === 3);
    expect(upstream.cancelled.splice(0)).toEqual(cancelled);
    const through = await callEverything(proxy.port);
    expect(through).toEqual(direct);
    await eventually(() => upstream.cancelled.length === 3);
    expect(upstream.cancelled).toEqual(cancelled);
    // As a guard against a suite that sees nothing.
    expect(direct[0]).toMatchObject({ message: expect.stringMatching(/^5 /), status: [0, "OK", {}] });
  }, 60_000);

  it("is the same with TLS on either side, where both agree on HTTP/2 by themselves", async () => {
    await using folder = await temporaryFolder();
    const own = await writeCertificate(folder, "own");
    await folder.write("ca.crt", authority.certificate);
    await using upstream = await startGrpcUpstream(own);
    const secured = `{ ca = "${folder.file("ca.crt")}", server_name = "localhost" }`;
    await using proxy = await startProxy({
      server: `tls = { chain = "${folder.file("own.crt")}", key = "${folder.file("own.key")}" }
[[servers.test.routes]]
path = "/{*path}"
upstreams = [{ endpoint = "https://127.0.0.1:${upstream.port}", tls = ${secured} }]`,
    });
    const direct = await callEverything(upstream.port, authority);
    const cancelled = ["never", "never", "endless"];
    await eventually(() => upstream.cancelled.length === 3);
    expect(upstream.cancelled.splice(0)).toEqual(cancelled);
    expect(await callEverything(proxy.port, authority)).toEqual(direct);
    await eventually(() => upstream.cancelled.length === 3);
    expect(upstream.cancelled).toEqual(cancelled);
  }, 60_000);
});
