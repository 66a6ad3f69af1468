import { ScriptedUpstream, type UpstreamRequest } from "../../upstream/scripted-upstream.ts";
import type { ReaderKind, ReaderLane, ReadRequest } from "./reader.ts";

/** The scripted upstream of the cases, script and all. */
export const scriptedReader: ReaderKind = {
  title: "scripted",
  async start(count) {
    const upstreams = await Promise.all(Array.from({ length: count }, () => ScriptedUpstream.start()));
    return {
      title: "scripted",
      lanes: upstreams.map(laneOf),
      async [Symbol.asyncDispose]() {
        await Promise.all(upstreams.map((upstream) => upstream[Symbol.asyncDispose]()));
      },
    };
  },
};

const laneOf = (upstream: ScriptedUpstream): ReaderLane => ({
  port: upstream.port,
  begin: ({ upstreamScript }) => upstream.begin(upstreamScript),
  answerPlainly: () => upstream.prime(),
  read: async () => upstream.requests.map(readRequest),
});

const readRequest = ({ head, body, complete }: UpstreamRequest): ReadRequest => ({
  line: head.slice(0, head.indexOf("\r\n")).replace(/ HTTP\/1\.1$/, ""),
  bodyBytes: body.length,
  complete,
});
