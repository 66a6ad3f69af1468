import { createRequire } from "node:module";
import { join } from "node:path";
import thrift from "thrift";

const protocols = { binary: thrift.TBinaryProtocol, compact: thrift.TCompactProtocol };
const transports = { buffered: thrift.TBufferedTransport, framed: thrift.TFramedTransport };

/** The options of the thrift package for the first two arguments of a program: PROTOCOL TRANSPORT. */
export function optionsOf([protocol, transport]) {
  return { protocol: protocols[protocol], transport: transports[transport] };
}

const require = createRequire(import.meta.url);

/** A module that the Apache compiler has generated. */
export const generated = (name) => require(join(process.env.INTEROP_GENERATED, `${name}.js`));
