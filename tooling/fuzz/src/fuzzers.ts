/** Where a fuzzer is: a file of the repository, and what it exports. */
interface FuzzerPlace {
  readonly module: string;
  readonly export: string;
}

const http = (file: string, name: string): FuzzerPlace => ({
  module: `packages/http/test/fuzz/${file}`,
  export: name,
});

/** Every fuzzer, by the name that the command line takes. A package keeps its own beside its tests. */
export const fuzzers: Readonly<Record<string, FuzzerPlace>> = {
  "http-request-heads": http("head-fuzzers.ts", "requestHeads"),
  "http-response-heads": http("head-fuzzers.ts", "responseHeads"),
  "http-chunked-bodies": http("chunked-fuzzer.ts", "chunkedBodies"),
  "http2-fields": http("h2/fields-fuzzer.ts", "http2Fields"),
  "http2-server-frames": http("h2/server-frames-fuzzer.ts", "http2ServerFrames"),
  "http2-client-frames": http("h2/client-frames-fuzzer.ts", "http2ClientFrames"),
  "http2-splits": http("h2/splits-fuzzer.ts", "http2Splits"),
  "services-content": { module: "packages/services/test/fuzz/content-fuzzer.ts", export: "encodedContent" },
  "thrift-frames": { module: "packages/thrift/test/fuzz/fuzz-frames.ts", export: "thriftFrames" },
  "proxy-headers": {
    module: "packages/services/test/fuzz/proxy-header-fuzzer.ts",
    export: "proxyHeaders",
  },
};
