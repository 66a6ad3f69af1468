// Sockets and peers.

export { freePort } from "./free-port.ts";
export type { RunningHaproxy } from "./haproxy.ts";
export { startHaproxy, startHaproxyOn } from "./haproxy.ts";
export type { EchoedRequest, HttpUpstream, HttpUpstreamOptions } from "./http-upstream.ts";
export { startHttpUpstream } from "./http-upstream.ts";
export type { Http2Frame } from "./http2-frames.ts";
export {
  decodeFrame,
  encodeFields,
  encodeFrame,
  frameFlags,
  frameTypes,
  http2Preface,
  requestFields,
  uint32,
} from "./http2-frames.ts";
export type { Http2Upstream, Http2UpstreamOptions } from "./http2-upstream.ts";
export { startHttp2Upstream } from "./http2-upstream.ts";
export type { NginxOptions, NginxPlace, RunningNginx } from "./nginx.ts";
export { startNginx } from "./nginx.ts";
export { portAccepts } from "./port-accepts.ts";
export type { RawClient, RawClientOptions } from "./raw-client.ts";
export { rawClient } from "./raw-client.ts";
export type { ConnectionEnd, ReadOptions, ReadTarget, TestAddress } from "./raw-connection.ts";
export { RawConnection, RawReadError } from "./raw-connection.ts";
export { RawHttp2Client, rawHttp2Client } from "./raw-http2-client.ts";
export type { RawConnectionScript, RawServer, RawServerOptions } from "./raw-server.ts";
export { startRawServer } from "./raw-server.ts";

// Bytes, memory and time.

export type { Deferred } from "./deferred.ts";
export { deferred } from "./deferred.ts";
export type { EventuallyOptions } from "./eventually.ts";
export { eventually } from "./eventually.ts";
export type { SilenceOptions } from "./longest-silence.ts";
export { longestSilence } from "./longest-silence.ts";
export { bytesMadeOld } from "./old-memory.ts";
export { feedSplit, splitEverywhere } from "./split-bytes.ts";

// Certificates.

export type { CertificateOptions, KeyKind, TestCertificate } from "./certificates/create-certificate.ts";
export { createCertificate } from "./certificates/create-certificate.ts";

// Inputs that are made up.

export type { FuzzBounds, Fuzzer, FuzzFailure, FuzzReport } from "./fuzzer.ts";
export { expectSame, FuzzDifference, FuzzRandom, runFuzzer } from "./fuzzer.ts";

export { mutatedText } from "./mutated-text.ts";

// Files and programs.

export type { SkippableTest } from "./programs.ts";
export { findProgram, hasProgram, skipReason, skipWithout } from "./programs.ts";
export type { MonolakeOptions, RunningMonolake } from "./start-monolake.ts";
export { startMonolake } from "./start-monolake.ts";
export type { ProgramExit, RunningProgram, StartProgramOptions } from "./start-program.ts";
export { startProgram } from "./start-program.ts";
export type { TemporaryFolder } from "./temporary-folder.ts";
export { temporaryFolder } from "./temporary-folder.ts";
