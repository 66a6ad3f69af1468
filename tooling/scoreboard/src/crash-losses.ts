import { type AskedRequest, hung } from "./crash-load.ts";

/** A connection that a worker accepted; times as of `Date.now()`. */
export interface Accepted {
  readonly atMs: number;
  /** Of the client's side. */
  readonly port: number;
  readonly workerId: number;
}

/** The death of a worker. */
export interface Death {
  readonly atMs: number;
  readonly workerId: number;
}

/** A worker that threw, and so was replaced, and ended its connections politely until it was gone. */
export interface Leaving {
  readonly workerId: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What happened to workers, by what they did, as their manager told. */
export interface WorkerHistory {
  readonly accepted: readonly Accepted[];
  readonly deaths: readonly Death[];
  readonly leaving: readonly Leaving[];
}

/** Requests that failed, by what became of their worker. */
export interface Losses {
  /** Their connection was one that the worker had accepted which died as they failed. */
  readonly inFlight: readonly AskedRequest[];
  /** No worker ever accepted their connection, and one died as they failed: it waited in the accept queue. */
  readonly queued: readonly AskedRequest[];
  /** A kept connection of a worker that was leaving closed as they used it again: HTTP clients ask those anew. */
  readonly askedAnew: readonly AskedRequest[];
  /** Any other reason. */
  readonly elsewhere: readonly AskedRequest[];
}

/** A client hears of a death, and the manager tells of it, within this time of each other. */
const slackMs = 1_000;
/** The same for a worker that is known by its connection, on a machine that has much to do. */
const lateMs = 5_000;

/** Says of each request that failed whether the end of a worker had to cost it. */
export function lossesOf(
  asked: readonly AskedRequest[],
  { accepted, deaths, leaving }: WorkerHistory,
): Losses {
  const failed = asked.filter(({ failure }) => failure !== undefined);
  const byPort = Map.groupBy(accepted, ({ port }) => port);
  const kindOf = (request: AskedRequest): keyof Losses => {
    const { endMs, failure, onKeptConnection } = request;
    if (failure === hung) return "elsewhere";
    const near = deaths.filter(({ atMs }) => Math.abs(endMs - atMs) <= slackMs);
    const owner = ownerOf(request, byPort);
    if (owner === undefined) return near.length > 0 && !refused(request) ? "queued" : "elsewhere";
    // Whoever accepts and dies next by that number is the same worker.
    const end = deaths.find(({ atMs, workerId }) => workerId === owner.workerId && atMs >= owner.atMs);
    if (end !== undefined && Math.abs(endMs - end.atMs) <= lateMs) return "inFlight";
    const wasLeaving = leaving.some(
      ({ workerId, fromMs, toMs }) =>
        workerId === owner.workerId &&
        owner.atMs <= fromMs + slackMs &&
        endMs >= fromMs &&
        endMs <= toMs + slackMs,
    );
    return wasLeaving && onKeptConnection ? "askedAnew" : "elsewhere";
  };
  const { inFlight = [], queued = [], askedAnew = [], elsewhere = [] } = Object.groupBy(failed, kindOf);
  return { inFlight, queued, askedAnew, elsewhere };
}

/** Whether nobody listened. */
export const refused = ({ failure = "" }: AskedRequest): boolean => failure.includes("ECONNREFUSED");

/** Who accepted the connection of a request. Ports are used again: it was neither before it was opened nor after the end. */
function ownerOf(
  { port, openedMs, endMs }: AskedRequest,
  byPort: ReadonlyMap<number, readonly Accepted[]>,
): Accepted | undefined {
  if (port === undefined) return undefined;
  return byPort.get(port)?.find(({ atMs }) => atMs >= openedMs && atMs <= endMs);
}
