import type { Worker } from "node:cluster";

/** What of node:cluster's own messages between its processes is read here. */
interface ClusterMessage {
  readonly cmd?: unknown;
  readonly act?: string;
  /** Of a socket that processes share. */
  readonly key?: string;
  readonly seq?: number;
  /** The `seq` that this message answers. */
  readonly ack?: number;
  readonly errno?: number;
  /** Of an answer: whether the process took what it was handed. */
  accepted?: boolean;
}

/** Processes that take turns at one socket; whoever gets the address after all of them left has a socket of its own. */
type Takers = Set<Worker>;

const takersOf = new Map<string, Takers>();

/**
 * node:cluster waits for ever for the answer of a process that died before it took a connection: its client would hear nothing.
 * Here such a connection goes to another process, or is closed when there is none. To be called as soon as `worker` is forked.
 */
export function recoverHandedOver(worker: Worker): void {
  const child = worker.process;
  const handed = new Map<number, Takers>();
  const send = child.send.bind(child) as (...parameters: unknown[]) => boolean;
  child.send = (...parameters: [unknown, ...unknown[]]) => {
    const message = clusterMessage(parameters[0]);
    if (message?.act === "newconn" && message.seq !== undefined) {
      const takers = takersOf.get(message.key ?? "");
      if (takers !== undefined) handed.set(message.seq, takers);
    } else if (message !== undefined && isListening(message)) join(worker, message.key);
    return send(...parameters);
  };
  // Before node:cluster hears of it, as what nobody else can be given must not be put back.
  child.prependListener("internalMessage", (received: unknown) => {
    const message = clusterMessage(received);
    if (message?.act === "close" && message.key !== undefined) leave(worker, message.key);
    if (message?.ack === undefined) return;
    // node:cluster closes what was accepted.
    if (handed.get(message.ack)?.size === 0) message.accepted = true;
    handed.delete(message.ack);
  });
  emitEndOfChannel(worker);
  // After node:cluster has forgotten the process.
  worker.once("disconnect", () => {
    for (const key of [...takersOf.keys()]) leave(worker, key);
    for (const seq of handed.keys())
      child.emit("internalMessage", { cmd: "NODE_CLUSTER", ack: seq, accepted: false });
  });
}

/**
 * When the channel of a process ends with a handle in it that has not arrived, Node emits no `disconnect`; then node:cluster would
 * go on handing connections to the process until it is reaped, and they would be lost.
 */
function emitEndOfChannel({ process: child }: Worker): void {
  const disconnect = child.disconnect.bind(child);
  let emitted = false;
  child.once("disconnect", () => {
    emitted = true;
  });
  // Node calls it when it has read the end of the channel, and emits the event in the next tick.
  child.disconnect = () => {
    disconnect();
    process.nextTick(() => {
      if (!emitted) child.emit("disconnect");
    });
  };
}

function join(worker: Worker, key: string): void {
  const takers: Takers = takersOf.get(key) ?? new Set();
  takersOf.set(key, takers.add(worker));
}

function leave(worker: Worker, key: string): void {
  const takers = takersOf.get(key);
  takers?.delete(worker);
  if (takers?.size === 0) takersOf.delete(key);
}

const clusterMessage = (message: unknown): ClusterMessage | undefined =>
  typeof message === "object" && message !== null && (message as ClusterMessage).cmd === "NODE_CLUSTER"
    ? message
    : undefined;

/** The answer to a process that asked to listen: its socket. */
const isListening = (message: ClusterMessage): message is ClusterMessage & { readonly key: string } =>
  message.act === undefined && message.key !== undefined && !message.errno;
