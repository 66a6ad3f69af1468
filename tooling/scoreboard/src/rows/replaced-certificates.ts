import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:tls";
import { eventually, startHttpUpstream } from "@monolake/test-kit";
import { certificateFiles } from "../certificate-files.ts";
import { runLoad } from "../client-load.ts";
import { httpServer, startProxyProcess } from "../proxy-process.ts";
import { atLeast, atMost, type Figure } from "../row.ts";

const replacements = 20;
const leastRequests = 5_000;

/**
 * A certificate that is replaced twenty times, each time shown by the proxy before the next, under 32 clients that keep their TLS
 * connection and 8 that open new ones.
 */
export async function replacedCertificates(): Promise<readonly Figure[]> {
  await using files = await certificateFiles();
  await using upstream = await startHttpUpstream((_request, response) => response.end("x".repeat(1000)));
  await using proxy = await startProxyProcess({
    servers: (port) => httpServer(port, [upstream.port], files.lines),
  });
  const { port } = proxy;
  const ending = new AbortController();
  const loading = runLoad({
    port,
    ca: files.ca,
    durationMs: 300_000,
    keepAlive: 32,
    newConnections: 8,
    pauseMs: 5,
    signal: ending.signal,
  });
  let shown = 0;
  for (let round = 0; round < replacements; round += 1) {
    const { certificate } = await files.replace();
    const { fingerprint256 } = new X509Certificate(certificate);
    const isShown = async () => (await fingerprintAt(port, files.ca)) === fingerprint256;
    await eventually(isShown, { timeoutMs: 20_000, intervalMs: 50 });
    shown += 1;
  }
  ending.abort();
  const load = await loading;
  for (const [failure, count] of load.failures) process.stderr.write(`  ${count} x ${failure}\n`);
  return [
    atLeast("replaced-certificates-shown", shown, replacements),
    atLeast("replaced-certificates-requests", load.requests, leastRequests),
    atMost("replaced-certificates-failed-requests", load.failed, 0),
  ];
}

async function fingerprintAt(port: number, ca: string): Promise<string | undefined> {
  const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ca });
  await once(socket, "secureConnect");
  const fingerprint = socket.getPeerX509Certificate()?.fingerprint256;
  socket.destroy();
  return fingerprint;
}
