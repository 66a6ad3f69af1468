// What is used of the npm package `thrift`, which has no declarations of its own.

declare module "thrift/lib/nodejs/lib/thrift/thrift.js" {
  const thrift: {
    readonly Type: Readonly<Record<string, number>>;
    readonly MessageType: Readonly<Record<string, number>>;
    readonly TApplicationExceptionType: Readonly<Record<string, number>>;
    readonly TApplicationException: new (type?: number, message?: string) => Error & { type: number };
  };
  export = thrift;
}

declare module "thrift/lib/nodejs/lib/thrift/framed_transport.js" {
  const TFramedTransport: new (bytes: Buffer) => object;
  export = TFramedTransport;
}

declare module "thrift/lib/nodejs/lib/thrift/buffered_transport.js" {
  const TBufferedTransport: new (bytes: undefined, onFlush: (bytes: Buffer) => void) => object;
  export = TBufferedTransport;
}

declare module "thrift/lib/nodejs/lib/thrift/binary_protocol.js" {
  const TBinaryProtocol: new (transport: object, strictRead?: boolean, strictWrite?: boolean) => object;
  export = TBinaryProtocol;
}

declare module "thrift/lib/nodejs/lib/thrift/compact_protocol.js" {
  const TCompactProtocol: new (transport: object) => object;
  export = TCompactProtocol;
}
