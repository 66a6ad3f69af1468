import { describe, expect, it } from "vitest";
import { IncomingBody } from "../../src/body/incoming-body.ts";
import { BodyTooLargeError, BodyUsedError, bodyChunks, bodyFrom, readBody } from "../../src/index.ts";
import { RecordingSource } from "./collecting-sink.ts";

function incoming(length = -1) {
  const source = new RecordingSource();
  const body = new IncomingBody(source, length);
  return { source, body, push: (text: string) => body.push(Buffer.from(text), true) };
}

describe("readBody", () => {
  it("gathers what comes", async () => {
    const { body, push } = incoming();
    push("early ");
    const reading = readBody(body);
    push("and ");
    push("late");
    body.finish(undefined);
    expect(String(await reading)).toBe("early and late");
    expect(String(await readBody(bodyFrom([Buffer.from("a"), Buffer.from("b")])))).toBe("ab");
  });

  it("copies: the memory of the connection is free afterwards", async () => {
    const { body } = incoming();
    const own = Buffer.from("bytes");
    body.push(own, true);
    const reading = readBody(body);
    body.finish(undefined);
    own.fill("x");
    expect(String(await reading)).toBe("bytes");
  });

  it("takes as much as allowed, and not a byte more", async () => {
    expect((await readBody(bodyFrom("12345"), { maxBytes: 5 })).length).toBe(5);
    await expect(readBody(bodyFrom("123456"), { maxBytes: 5 })).rejects.toMatchObject({
      maxBytes: 5,
      bytes: 6,
    });
    await expect(readBody(bodyFrom("x"), { maxBytes: 0 })).rejects.toBeInstanceOf(BodyTooLargeError);
    expect((await readBody(bodyFrom(""), { maxBytes: 0 })).length).toBe(0);
  });

  it("refuses a body that announces too much before it comes, and reads the rest of it away", async () => {
    const { source, body, push } = incoming(10);
    await expect(readBody(body, { maxBytes: 5 })).rejects.toBeInstanceOf(BodyTooLargeError);
    expect(source.calls).toEqual(["cancelled"]);
    expect(push("x")).toBe(true);
  });

  it("refuses a body that becomes too large, and does not stop the connection", async () => {
    const { source, body, push } = incoming();
    const reading = readBody(body, { maxBytes: 5 });
    expect(push("1234")).toBe(true);
    expect(push("56")).toBe(true);
    await expect(reading).rejects.toMatchObject({ bytes: 6 });
    expect(push("789")).toBe(true);
    expect(source.calls).toEqual(["wanted", "resumed", "cancelled"]);
  });

  it("rejects with what broke the body off, and for a body that was read", async () => {
    const { body } = incoming();
    const reading = readBody(body);
    const failure = new Error("gone");
    body.break(failure);
    await expect(reading).rejects.toBe(failure);
    await expect(readBody(body)).rejects.toBeInstanceOf(BodyUsedError);
  });
});

describe("bodyChunks", () => {
  it("gives the parts as they come", async () => {
    const { body, push } = incoming();
    const parts: string[] = [];
    push("a");
    const reading = (async () => {
      for await (const chunk of bodyChunks(body)) {
        parts.push(String(chunk));
        if (parts.length === 1) push("b");
        else body.finish(undefined);
      }
    })();
    await reading;
    expect(parts).toEqual(["a", "b"]);
    expect(body.settled).toBe(true);
  });

  it("throws what breaks the body off, behind what came", async () => {
    const { body, push } = incoming();
    const failure = new Error("gone");
    const parts: string[] = [];
    push("a");
    const reading = (async () => {
      for await (const chunk of bodyChunks(body)) {
        parts.push(String(chunk));
        body.break(failure);
      }
    })();
    await expect(reading).rejects.toBe(failure);
    expect(parts).toEqual(["a"]);
  });

  it.each(["in the middle", "at the last part"])(
    "gives the body back when the loop is left %s",
    async (where) => {
      const { source, body, push } = incoming();
      push("a");
      if (where === "at the last part") body.finish(undefined);
      for await (const _ of bodyChunks(body)) break;
      if (where === "in the middle") body.finish(undefined);
      expect(source.calls.at(-1)).toBe("settled");
      expect(body.settled).toBe(true);
    },
  );

  it("throws for a body that was read", async () => {
    const body = bodyFrom("x");
    await readBody(body);
    await expect(bodyChunks(body).next()).rejects.toBeInstanceOf(BodyUsedError);
  });
});
