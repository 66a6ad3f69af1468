import {
  createMessage,
  createWriter,
  MessageType,
  type ThriftProtocol,
  Type,
  thriftFormat,
} from "../../src/index.ts";

/** A structure with a value of every type, some of them within each other. */
export function everyType(protocol: ThriftProtocol): Buffer {
  const writer = createWriter(protocol);
  writer.writeField(1, Type.BOOL);
  writer.writeBool(true);
  writer.writeField(2, Type.BYTE);
  writer.writeByte(-5);
  writer.writeField(3, Type.I16);
  writer.writeI16(-300);
  writer.writeField(40, Type.I32);
  writer.writeI32(-70_000);
  writer.writeField(41, Type.I64);
  writer.writeI64(-5_000_000_000n);
  writer.writeField(42, Type.DOUBLE);
  writer.writeDouble(1.5);
  writer.writeField(43, Type.STRING);
  writer.writeString("naïve");
  writer.writeField(44, Type.UUID);
  writer.writeUuid("00112233-4455-6677-8899-aabbccddeeff");
  writer.writeField(45, Type.STRUCT);
  writer.beginStruct();
  writer.writeField(1, Type.LIST);
  writer.beginList(Type.I32, 20);
  for (let value = 0; value < 20; value += 1) writer.writeI32(value);
  writer.writeField(2, Type.SET);
  writer.beginList(Type.STRING, 2);
  writer.writeString("a");
  writer.writeString("");
  writer.endStruct();
  writer.writeField(46, Type.MAP);
  writer.beginMap(Type.STRING, Type.LIST, 2);
  for (const key of ["x", "y"]) {
    writer.writeString(key);
    writer.beginList(Type.BOOL, 3);
    for (const value of [true, false, true]) writer.writeBool(value);
  }
  writer.writeField(47, Type.MAP);
  writer.beginMap(Type.I32, Type.I64, 1);
  writer.writeI32(1);
  writer.writeI64(2);
  writer.writeField(48, Type.MAP);
  writer.beginMap(Type.I32, Type.STRUCT, 0);
  writer.writeField(49, Type.LIST);
  writer.beginList(Type.STRUCT, 2);
  for (const value of [true, false]) {
    writer.beginStruct();
    writer.writeField(200, Type.BOOL);
    writer.writeBool(value);
    writer.endStruct();
  }
  return writer.finish();
}

/** A call without a frame with that structure. */
export const unframedCall = (protocol: ThriftProtocol, payload = everyType(protocol)): Buffer =>
  createMessage({
    format: thriftFormat("unframed", protocol),
    type: MessageType.CALL,
    name: "everything",
    sequenceId: 7,
    payload,
  }).asItLies!;
