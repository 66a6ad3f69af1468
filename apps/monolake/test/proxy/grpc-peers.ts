import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  Client,
  type ClientReadableStream,
  credentials,
  type Deadline,
  Metadata,
  type MetadataValue,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type StatusObject,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import type { TestCertificate } from "@monolake/test-kit";

/** Messages are bytes, so that no schema is needed. */
const asItIs = (bytes: Buffer): Buffer => bytes;
const method = (name: string, requestStream: boolean, responseStream: boolean) => ({
  path: `/test.Echo/${name}`,
  requestStream,
  responseStream,
  requestSerialize: asItIs,
  requestDeserialize: asItIs,
  responseSerialize: asItIs,
  responseDeserialize: asItIs,
});

const service = {
  unary: method("unary", false, false),
  fail: method("fail", false, false),
  never: method("never", false, false),
  clientStream: method("clientStream", true, false),
  serverStream: method("serverStream", false, true),
  endless: method("endless", false, true),
  both: method("both", true, true),
};

/** A gRPC server for the suite. */
export interface GrpcUpstream extends AsyncDisposable {
  readonly port: number;
  /** Calls that their client, or its deadline, has cancelled. */
  readonly cancelled: string[];
}

/** Starts the server on a free port of 127.0.0.1; without a certificate, in cleartext. */
export async function startGrpcUpstream(own?: TestCertificate): Promise<GrpcUpstream> {
  const cancelled: string[] = [];
  const server = new Server();
  server.addService(service, {
    unary(call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) {
      const initial = new Metadata();
      initial.add("initial", "one");
      initial.add("initial", "two");
      initial.add("initial-bin", Buffer.of(0, 1, 255));
      call.sendMetadata(initial);
      const trailing = new Metadata();
      for (const value of call.metadata.get("x-text")) trailing.add("x-text", value);
      for (const value of call.metadata.get("x-bytes-bin")) trailing.add("x-bytes-bin", value);
      done(null, call.request, trailing);
    },
    fail(call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) {
      const metadata = new Metadata();
      metadata.add("why-bin", Buffer.from("because"));
      done({ code: Number(call.request.toString()), details: "näh: 100 %", metadata });
    },
    never(call: ServerUnaryCall<Buffer, Buffer>) {
      call.on("cancelled", () => cancelled.push("never"));
    },
    clientStream(call: ServerReadableStream<Buffer, Buffer>, done: sendUnaryData<Buffer>) {
      let bytes = 0;
      let messages = 0;
      call.on("data", (message: Buffer) => {
        bytes += message.length;
        messages += 1;
      });
      call.on("end", () => done(null, Buffer.from(`${messages} ${bytes}`)));
    },
    async serverStream(call: ServerWritableStream<Buffer, Buffer>) {
      const [count = 0, bytes = 0] = call.request.toString().split(" ").map(Number);
      for (let index = 0; index < count; index += 1) {
        if (!call.write(Buffer.alloc(bytes, index))) await once(call, "drain");
      }
      call.end();
    },
    async endless(call: ServerWritableStream<Buffer, Buffer>) {
      let isOver = false;
      call.on("cancelled", () => {
        isOver = true;
        cancelled.push("endless");
        call.emit("drain");
      });
      while (!isOver) if (!call.write(Buffer.alloc(10_000))) await once(call, "drain");
    },
    both(call: ServerDuplexStream<Buffer, Buffer>) {
      call.on("data", (message: Buffer) => void call.write(Buffer.from(`${message} back`)));
      call.on("end", () => call.end());
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", serverCredentials(own), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return {
    port,
    cancelled,
    async [Symbol.asyncDispose]() {
      server.forceShutdown();
    },
  };
}

const serverCredentials = (own: TestCertificate | undefined): ServerCredentials =>
  own === undefined
    ? ServerCredentials.createInsecure()
    : ServerCredentials.createSsl(null, [
        { cert_chain: Buffer.from(own.certificate), private_key: Buffer.from(own.key) },
      ]);

const digest = (bytes: Buffer): string =>
  `${bytes.length} ${createHash("sha256").update(bytes).digest("hex")}`;

const shown = (metadata: Metadata, ...names: string[]): Record<string, (string | undefined)[]> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      metadata.get(name).map((value: MetadataValue) => value.toString("base64" as never)),
    ]),
  );

interface Asked {
  readonly message?: string;
  readonly initial: unknown;
  readonly status: unknown;
}

interface Ask {
  readonly request: Buffer;
  readonly metadata?: Metadata;
  readonly deadline?: Deadline;
  readonly cancelAfterMs?: number;
}

/** Everything that gRPC does, as its client sees it; with an authority, over TLS, of the server `localhost`. */
export async function callEverything(port: number, ca?: TestCertificate): Promise<readonly unknown[]> {
  const secured =
    ca === undefined ? credentials.createInsecure() : credentials.createSsl(Buffer.from(ca.certificate));
  const client = new Client(`127.0.0.1:${port}`, secured, {
    "grpc.max_receive_message_length": 8 * 1024 * 1024,
    ...(ca !== undefined && { "grpc.ssl_target_name_override": "localhost" }),
  });
  const unary = (
    name: keyof typeof service,
    { request, metadata = new Metadata(), deadline, cancelAfterMs }: Ask,
  ) =>
    new Promise<Asked>((resolve) => {
      let initial: unknown;
      let answer: { error: ServiceError | null; value: Buffer | undefined };
      const options = deadline === undefined ? {} : { deadline };
      const { path } = service[name];
      const call = client.makeUnaryRequest(
        path,
        asItIs,
        asItIs,
        request,
        metadata,
        options,
        (error, value) => {
          answer = { error, value };
        },
      );
      call.on("metadata", (received: Metadata) => {
        initial = shown(received, "initial", "initial-bin");
      });
      call.on("status", ({ code, details, metadata: trailing }: StatusObject) => {
        setImmediate(() =>
          resolve({
            ...(answer.value === undefined ? {} : { message: digest(answer.value) }),
            initial,
            status: [code, isOwn(code) ? "" : details, shown(trailing, "x-text", "x-bytes-bin", "why-bin")],
          }),
        );
      });
      if (cancelAfterMs !== undefined) setTimeout(() => call.cancel(), cancelAfterMs);
    });
  const seen: unknown[] = [];
  const metadata = new Metadata();
  metadata.add("x-text", "a, b");
  metadata.add("x-text", "c");
  metadata.add("x-bytes-bin", Buffer.from([0, 44, 255, 10]));
  metadata.add("x-bytes-bin", Buffer.from("second"));
  seen.push(await unary("unary", { request: Buffer.from("hello"), metadata }));
  seen.push(await unary("unary", { request: Buffer.alloc(0) }));
  seen.push(await unary("unary", { request: Buffer.alloc(4 * 1024 * 1024 - 16, "4 MiB ") }));
  for (const code of [status.INVALID_ARGUMENT, status.NOT_FOUND, status.INTERNAL, status.UNAUTHENTICATED])
    seen.push(await unary("fail", { request: Buffer.from(`${code}`) }));
  seen.push(await unary("never", { request: Buffer.alloc(1), deadline: Date.now() + 300 }));
  seen.push(await unary("never", { request: Buffer.alloc(1), cancelAfterMs: 100 }));
  seen.push(await streamUp(client), await streamDown(client, "10 3"), await streamDown(client, "64 1000000"));
  seen.push(await both(client), await leaveEndless(client));
  client.close();
  return seen;
}

/** What a client says itself names its addresses. */
const isOwn = (code: number): boolean => code === status.DEADLINE_EXCEEDED || code === status.CANCELLED;

function streamUp(client: Client): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = client.makeClientStreamRequest(
      service.clientStream.path,
      asItIs,
      asItIs,
      (error: ServiceError | null, value?: Buffer) =>
        error === null ? resolve(String(value)) : reject(error),
    );
    const send = async () => {
      for (let index = 0; index < 64; index += 1)
        if (!call.write(Buffer.alloc(500_000, index))) await once(call, "drain");
      call.end();
    };
    void send();
  });
}

/** Reads slowly at first, so that the stream fills up to its windows. */
async function streamDown(client: Client, request: string): Promise<unknown> {
  const call = client.makeServerStreamRequest(
    service.serverStream.path,
    asItIs,
    asItIs,
    Buffer.from(request),
  );
  const ended = once(call, "status") as Promise<[StatusObject]>;
  const hash = createHash("sha256");
  let messages = 0;
  for await (const message of call as AsyncIterable<Buffer>) {
    if (messages < 3) await new Promise((resolve) => setTimeout(resolve, 50));
    hash.update(message);
    messages += 1;
  }
  return [messages, hash.digest("hex"), (await ended)[0].code];
}

async function both(client: Client): Promise<readonly string[]> {
  const call = client.makeBidiStreamRequest(service.both.path, asItIs, asItIs);
  const answers: string[] = [];
  // Each message is sent when the one before is back.
  for (let index = 0; index < 20; index += 1) {
    call.write(Buffer.from(`message ${index}`));
    answers.push(String((await once(call, "data"))[0]));
  }
  call.end();
  const [{ code }] = (await once(call, "status")) as [StatusObject];
  return [...answers, `status ${code}`];
}

async function leaveEndless(client: Client): Promise<number> {
  const call: ClientReadableStream<Buffer> = client.makeServerStreamRequest(
    service.endless.path,
    asItIs,
    asItIs,
    Buffer.alloc(1),
  );
  call.on("error", () => {});
  for (let index = 0; index < 5; index += 1) await once(call, "data");
  call.cancel();
  // Not `once`, which rejects for an error, as which the cancellation is told, too.
  return new Promise((resolve) => call.on("status", ({ code }: StatusObject) => resolve(code)));
}
