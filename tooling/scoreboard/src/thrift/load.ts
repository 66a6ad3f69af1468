import { dialStream } from "@monolake/streams";
import {
  createMessage,
  createReader,
  createWriter,
  MessageType,
  readException,
  readPayload,
  resolveThriftClientConnectionOptions,
  ThriftClientConnection,
  type ThriftFormat,
  Type,
  thriftFormat,
} from "@monolake/thrift";
import type { LoadResult } from "../client-load.ts";

/** Who calls. */
export interface ThriftLoadOptions {
  readonly port: number;
  readonly durationMs: number;
  /** Clients that keep their connection; half of them speak TTHeader, half framed. */
  readonly clients: number;
  /** Clients that open a new connection for every call. */
  readonly newConnections?: number;
}

/** Calls `echo` in closed loops until the time is over, each time with another argument. */
export async function runThriftLoad(options: ThriftLoadOptions): Promise<LoadResult> {
  const endMs = performance.now() + options.durationMs;
  const failures = new Map<string, number>();
  let requests = 0;
  const client = async (index: number, keep: boolean) => {
    const format = thriftFormat(
      index % 2 === 0 ? "ttheader" : "framed",
      index % 4 < 2 ? "binary" : "compact",
    );
    let connection: ThriftClientConnection | undefined;
    while (performance.now() < endMs) {
      requests += 1;
      const argument = `${index}-${keep}-${requests}`;
      try {
        connection ??= await connectThrift(options.port);
        const failure = await callEcho(connection, format, argument);
        if (failure !== undefined) failures.set(failure, (failures.get(failure) ?? 0) + 1);
      } catch (error) {
        const { code } = error as { readonly code?: string };
        failures.set(`connection ${code}`, (failures.get(`connection ${code}`) ?? 0) + 1);
        connection = undefined;
      }
      if (!keep || connection?.available === false) {
        connection?.close();
        connection = undefined;
      }
    }
    connection?.close();
  };
  const clients = (count: number, keep: boolean) =>
    Array.from({ length: count }, (_, index) => client(index, keep));
  await Promise.all([...clients(options.clients, true), ...clients(options.newConnections ?? 0, false)]);
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  return { requests, failures, failed };
}

/** A connection to a port of 127.0.0.1. */
export async function connectThrift(port: number): Promise<ThriftClientConnection> {
  const stream = await dialStream({ type: "socket", host: "127.0.0.1", port });
  const owner = { connectionIdle() {}, connectionClosed() {} };
  return new ThriftClientConnection(stream, owner, resolveThriftClientConnectionOptions());
}

/** A call of a method with one string. */
export function callWith(format: ThriftFormat, name: string, argument: string) {
  const args = createWriter(format.protocol);
  args.writeField(1, Type.STRING);
  args.writeString(argument);
  return createMessage({ format, type: MessageType.CALL, name, sequenceId: 1, payload: args.finish() });
}

/** Why a call failed; undefined when it did not. */
async function callEcho(
  connection: ThriftClientConnection,
  format: ThriftFormat,
  argument: string,
): Promise<string | undefined> {
  const answer = await connection.send(callWith(format, "echo", argument));
  if (answer === undefined) return "no answer";
  if (answer.type === MessageType.EXCEPTION) return `exception ${(await readException(answer)).message}`;
  const result = createReader(format.protocol, await readPayload(answer.payload));
  result.nextField();
  const text = result.readString();
  return text === argument ? undefined : `another answer: ${text} to ${argument}`;
}
