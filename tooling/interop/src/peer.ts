import type { RunningProgram } from "@monolake/test-kit";
import type { Combination } from "./combination.ts";

/** A program, its arguments, and what is added to its environment. */
export interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

/** Where a server listens. */
export interface ServerPorts {
  readonly plain: number;
  /** Of the same service beside another one, by the multiplexed protocol. Left out: the peer has no such server. */
  readonly multiplexed?: number;
}

/** A server that accepts connections. Disposing it ends its process. */
export interface RunningServer {
  readonly program: RunningProgram;
  readonly ports: ServerPorts;
}

/** A foreign client and a foreign server of the same service, ready to be run. */
export interface Peer {
  readonly id: string;
  readonly speaks: readonly Combination[];
  readonly startServer: (combination: Combination) => Promise<RunningServer>;
  readonly clientCommand: (combination: Combination, ports: ServerPorts) => Command;
  /** What a client has found out, one line for each check, without what differs from run to run. */
  readonly checksIn: (output: string) => readonly Check[];
}

/** One check of a client. */
export interface Check {
  readonly passed: boolean;
  readonly text: string;
}

/** A peer that this machine may have: it is prepared (generated, compiled) when it is needed. */
export interface PossiblePeer {
  readonly id: string;
  /** Rejects with {@link MissingError} when the machine lacks something. */
  readonly prepare: () => Promise<Peer>;
}

/** Something that this machine does not have; the message says how to get it. */
export class MissingError extends Error {}
