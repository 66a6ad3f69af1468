import { readFile } from "node:fs/promises";
import { hasProgram, startHttpUpstream, startProgram, temporaryFolder } from "@monolake/test-kit";
import { certificateFiles } from "../certificate-files.ts";
import { httpServer, startProxyProcess } from "../proxy-process.ts";
import { atLeast, atMost, type Figure } from "../row.ts";

/** One line of what testssl.sh writes as JSON. */
interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

const bad = new Set(["MEDIUM", "HIGH", "CRITICAL"]);
/** It could not find out, or did not get that far. */
const inconclusive = new Set(["WARN", "FATAL"]);

/**
 * What a certificate for localhost from an authority of the test's own cannot be: found in public lists, revocable. And HTTP header
 * fields, which are the upstream's.
 */
const notOurs =
  /^(cert_(chain_of_trust|revocation|crlDistributionPoints|ocspURL|trust|expirationStatus|notAfter|extlifeSpan)|OCSP|DNS_CAArecord|certificate_transparency|HSTS|security_headers|overall_grade|grade_cap|scanProblem|engine_problem|old_fart|pre_128cipher)/;

/** testssl.sh against the proxy as it is configured without saying more than certificate and key: nothing of MEDIUM or above. */
export async function testssl(): Promise<readonly Figure[]> {
  if (!hasProgram("testssl")) throw new Error("needs testssl.sh (a Debian package)");
  await using folder = await temporaryFolder();
  await using files = await certificateFiles();
  await using upstream = await startHttpUpstream((_request, response) => response.end("x"));
  await using proxy = await startProxyProcess({
    servers: (port) => httpServer(port, [upstream.port], files.lines),
  });
  const report = `${folder.path}/report.json`;
  const options = ["--quiet", "--warnings", "off", "--color", "0", "--ip", "127.0.0.1"];
  await using scan = await startProgram("testssl", [
    ...options,
    ...["--jsonfile", report, `https://localhost:${proxy.port}/`],
  ]);
  await scan.exited;
  const findings = JSON.parse(await readFile(report, "utf8")) as readonly Finding[];
  const own = findings.filter(({ id }) => !notOurs.test(id));
  const found = own.filter(({ severity }) => bad.has(severity));
  const unknown = own.filter(({ severity }) => inconclusive.has(severity));
  for (const { id, severity, finding } of [...found, ...unknown])
    process.stderr.write(`  ${severity} ${id}: ${finding}\n`);
  return [
    atLeast("testssl-findings-read", findings.length, 100),
    atMost("testssl-findings-of-medium-or-above", found.length, 0),
    atMost("testssl-findings-inconclusive", unknown.length, 0),
  ];
}
