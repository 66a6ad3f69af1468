import { Thrift, type TMessage, type TProtocol, type TTransport } from "thrift";

// The service `string echo(1: string value)` for the npm package thrift: what the Thrift compiler generates for it with
// `js:node,es6`, by hand and with types, so that nobody needs the compiler.

/** What a server does. */
export interface EchoHandler {
  readonly echo: (value: string) => Promise<string>;
}

type Answer = (error: Error | null, value?: string) => void;

/** The generated client: `createClient` gives it its output, and hands every answer to `recv_` and the method's name. */
export class EchoClient {
  // The package asks for this name.
  readonly _reqs: Record<number, Answer> = {};
  readonly output: TTransport;
  readonly pClass: new (
    transport: TTransport,
  ) => TProtocol;
  #sequence = 0;

  constructor(output: TTransport, pClass: new (transport: TTransport) => TProtocol) {
    this.output = output;
    this.pClass = pClass;
  }

  echo(value: string): Promise<string> {
    const sequence = ++this.#sequence;
    return new Promise((resolve, reject) => {
      this._reqs[sequence] = (error, answer) => (error === null ? resolve(answer ?? "") : reject(error));
      const output = new this.pClass(this.output);
      output.writeMessageBegin("echo", Thrift.MessageType.CALL, sequence);
      writeString(output, "value", { id: 1, value });
      output.writeMessageEnd();
      this.output.flush();
    });
  }

  recv_echo(input: TProtocol, type: Thrift.MessageType, sequence: number): void {
    const answer = this._reqs[sequence];
    delete this._reqs[sequence];
    if (type === Thrift.MessageType.EXCEPTION) {
      const error = new Thrift.TApplicationException(Thrift.TApplicationExceptionType.UNKNOWN, "");
      error.read(input);
      input.readMessageEnd();
      answer?.(error);
      return;
    }
    const value = readString(input, 0);
    input.readMessageEnd();
    answer?.(null, value);
  }
}

/** The generated processor: `createServer` calls `process` for each message. */
export class EchoProcessor {
  readonly #handler: EchoHandler;

  constructor(handler: EchoHandler) {
    this.#handler = handler;
  }

  process(input: TProtocol, output: TProtocol): void {
    const { fname, rseqid }: TMessage = input.readMessageBegin();
    if (fname !== "echo") {
      input.skip(Thrift.Type.STRUCT);
      input.readMessageEnd();
      const { UNKNOWN_METHOD } = Thrift.TApplicationExceptionType;
      writeException(
        output,
        new Thrift.TApplicationException(UNKNOWN_METHOD, `Unknown function ${fname}`),
        rseqid,
      );
      return;
    }
    const value = readString(input, 1);
    input.readMessageEnd();
    this.#handler.echo(value).then(
      (answer) => {
        output.writeMessageBegin("echo", Thrift.MessageType.REPLY, rseqid);
        writeString(output, "success", { id: 0, value: answer });
        output.writeMessageEnd();
        output.flush();
      },
      (error: Error) => {
        const { UNKNOWN } = Thrift.TApplicationExceptionType;
        writeException(output, new Thrift.TApplicationException(UNKNOWN, error.message), rseqid);
      },
    );
  }
}

function writeException(output: TProtocol, error: Thrift.TApplicationException, sequence: number): void {
  output.writeMessageBegin("echo", Thrift.MessageType.EXCEPTION, sequence);
  error.write(output);
  output.writeMessageEnd();
  output.flush();
}

function writeString(output: TProtocol, name: string, { id, value }: { id: number; value: string }): void {
  output.writeStructBegin("echo");
  output.writeFieldBegin(name, Thrift.Type.STRING, id);
  output.writeString(value);
  output.writeFieldEnd();
  output.writeFieldStop();
  output.writeStructEnd();
}

/** The string of that field in a struct. */
function readString(input: TProtocol, id: number): string {
  let value = "";
  input.readStructBegin();
  for (;;) {
    const { ftype, fid } = input.readFieldBegin();
    if (ftype === Thrift.Type.STOP) break;
    if (fid === id && ftype === Thrift.Type.STRING) value = input.readString();
    else input.skip(ftype);
    input.readFieldEnd();
  }
  input.readStructEnd();
  return value;
}
