import { setTimeout } from "node:timers/promises";
import {
  createThriftHandler,
  type MethodCall,
  type ThriftContext,
  type ThriftHandler,
  Type,
} from "@monolake/thrift";

/** What the service can be told. */
export interface EchoOptions {
  /** In front of every text that is sent back. */
  readonly prefix: string;
}

/** The first argument, as bytes. */
function bytesOf({ args }: MethodCall<ThriftContext>): Buffer {
  let bytes: Buffer = nothing;
  while (args.nextField()) if (args.fieldId === 1) bytes = args.readBinary();
  return bytes;
}

const nothing = Buffer.alloc(0);

/** The service of `echo.thrift`, without generated code. */
export const echoService = ({ prefix }: EchoOptions): ThriftHandler<ThriftContext> =>
  createThriftHandler<ThriftContext>({
    echo(call) {
      const text = bytesOf(call);
      call.result.writeField(0, Type.STRING);
      call.result.writeBinary(prefix === "" ? text : Buffer.concat([Buffer.from(prefix), text]));
    },
    echoBinary(call) {
      const data = bytesOf(call);
      call.result.writeField(0, Type.STRING);
      call.result.writeBinary(data);
    },
    async wait({ args, context }) {
      let milliseconds = 0;
      while (args.nextField()) if (args.fieldId === 1) milliseconds = args.readI32();
      await setTimeout(milliseconds, undefined, { signal: context.cancellation.signal });
    },
    forget() {},
  });
