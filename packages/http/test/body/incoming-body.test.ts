import { describe, expect, it } from "vitest";
import { IncomingBody } from "../../src/body/incoming-body.ts";
import { BodyUsedError, Headers } from "../../src/index.ts";
import { CollectingSink, RecordingSource } from "./collecting-sink.ts";

function setUp(length = -1) {
  const source = new RecordingSource();
  const sink = new CollectingSink();
  const body = new IncomingBody(source, length);
  const push = (text: string, kept = false) => body.push(Buffer.from(text), kept);
  return { source, sink, body, push };
}

const failure = new Error("broken off");

describe("a body that is piped before it comes", () => {
  it("is wanted once, passes its parts on and settles at its end", () => {
    const { source, sink, body, push } = setUp();
    body.pipe(sink);
    expect(source.calls).toEqual(["wanted", "resumed"]);
    expect(push("a")).toBe(true);
    expect(push("b")).toBe(true);
    const trailers = new Headers([["X-Sum", "1"]]);
    body.finish(trailers);
    expect(sink.events).toEqual(["a", "b", "[end]"]);
    expect(sink.trailers).toBe(trailers);
    expect(body.trailers).toBe(trailers);
    expect(source.calls).toEqual(["wanted", "resumed", "settled"]);
    expect(body.settled).toBe(true);
  });

  it("stops while the sink is blocked, and tells the end all the same", () => {
    const { source, sink, body, push } = setUp();
    sink.more = false;
    body.pipe(sink);
    expect(push("a")).toBe(false);
    expect(body.held).toBe(true);
    body.finish(undefined);
    expect(sink.events).toEqual(["a", "[end]"]);
    expect(body.settled).toBe(false);
    body.resume();
    expect(source.calls).toEqual(["wanted", "resumed", "settled"]);
    body.resume();
    body.cancel();
    expect(source.calls).toEqual(["wanted", "resumed", "settled"]);
  });

  it("reads on after a blocked sink resumes", () => {
    const { source, sink, body, push } = setUp();
    sink.more = false;
    body.pipe(sink);
    push("a");
    body.resume();
    expect(source.calls).toEqual(["wanted", "resumed", "resumed"]);
    sink.more = true;
    expect(push("b")).toBe(true);
  });

  it("keeps what comes although the sink is blocked, in order", () => {
    const { sink, body, push } = setUp();
    sink.more = false;
    body.pipe(sink);
    push("a");
    const [long, longer] = ["b".repeat(3000), "c".repeat(4000)];
    push(long);
    push(longer);
    body.finish(undefined);
    expect(sink.events).toEqual(["a"]);
    body.resume();
    expect(sink.events).toEqual(["a", long]);
    body.resume();
    expect(sink.events).toEqual(["a", long, longer, "[end]"]);
    expect(body.settled).toBe(false);
    body.resume();
    expect(body.settled).toBe(true);
  });
});

describe("a body that comes before it is piped", () => {
  it("waits and stops reading, then is passed on", () => {
    const { source, sink, body, push } = setUp();
    expect(push("early")).toBe(false);
    body.pipe(sink);
    expect(sink.events).toEqual(["early"]);
    expect(source.calls).toEqual(["wanted", "resumed"]);
    expect(push("late")).toBe(true);
  });

  it("does not point into memory that is read into again", () => {
    const { sink, body } = setUp();
    const shared = Buffer.from("early");
    body.push(shared, false);
    shared.fill("x");
    body.pipe(sink);
    expect(sink.events).toEqual(["early"]);
  });

  it("is not asked for when all of it is here", () => {
    const { source, sink, body, push } = setUp(5);
    push("whole");
    body.finish(undefined);
    expect(body.whole?.toString()).toBe("whole");
    body.pipe(sink);
    expect(sink.events).toEqual(["whole", "[end]"]);
    expect(source.calls).toEqual(["settled"]);
    expect(body.whole).toBeUndefined();
  });

  it("settles only when a blocked sink has given the memory back", () => {
    const { source, sink, body, push } = setUp();
    push("whole");
    body.finish(undefined);
    sink.more = false;
    body.pipe(sink);
    expect(sink.events).toEqual(["whole", "[end]"]);
    expect(source.calls).toEqual([]);
    body.resume();
    expect(source.calls).toEqual(["settled"]);
  });

  it("is whole in one piece when it came in several", () => {
    const { body, push } = setUp();
    push("a");
    push("b");
    body.finish(undefined);
    expect(body.whole?.toString()).toBe("ab");
    expect(body.whole?.toString()).toBe("ab");
  });

  it("is not whole while it is coming, with trailers, or broken", () => {
    const { body, push } = setUp();
    push("a");
    expect(body.whole).toBeUndefined();
    body.finish(new Headers([["x", "y"]]));
    expect(body.whole).toBeUndefined();
    const empty = setUp().body;
    empty.finish(undefined);
    expect(empty.whole?.length).toBe(0);
    const broken = setUp();
    broken.push("a");
    broken.body.finish(undefined);
    broken.body.break(failure);
    expect(broken.body.whole).toBeUndefined();
  });
});

describe("a body that breaks off", () => {
  it("tells its sink, also a blocked one, without what still waited", () => {
    const { sink, body, push } = setUp();
    sink.more = false;
    body.pipe(sink);
    push("a");
    push("b");
    body.break(failure);
    expect(sink.events).toEqual(["a", "[fail]"]);
    expect(sink.error).toBe(failure);
    body.resume();
    body.break(new Error("again"));
    expect(sink.events).toEqual(["a", "[fail]"]);
  });

  it("tells a sink that comes later, and asks for nothing", () => {
    const { source, sink, body, push } = setUp();
    push("a");
    body.break(failure);
    expect(push("more")).toBe(true);
    body.pipe(sink);
    expect(sink.events).toEqual(["[fail]"]);
    expect(source.calls).toEqual([]);
  });

  it("settles when what is thrown away has come to its end", () => {
    const { source, body, push } = setUp();
    body.break(failure);
    expect(push("thrown away")).toBe(true);
    body.finish(undefined);
    expect(source.calls).toEqual(["settled"]);
    expect(body.settled).toBe(true);
  });

  it("does not break when its sink has all of it", () => {
    const { source, sink, body, push } = setUp();
    sink.more = false;
    body.pipe(sink);
    push("a");
    body.finish(undefined);
    body.break(failure);
    expect(sink.events).toEqual(["a", "[end]"]);
    expect(body.held).toBe(true);
    body.resume();
    expect(source.calls.at(-1)).toBe("settled");
  });
});

describe("a body that is cancelled", () => {
  it("before it comes: what comes is thrown away, and settles", () => {
    const { source, body, push } = setUp();
    body.cancel();
    expect(source.calls).toEqual(["cancelled"]);
    expect(push("a")).toBe(true);
    body.finish(undefined);
    expect(source.calls).toEqual(["cancelled", "settled"]);
    body.cancel();
    expect(source.calls).toEqual(["cancelled", "settled"]);
  });

  it("when all of it waits: settles at once", () => {
    const { source, body, push } = setUp();
    push("a");
    body.finish(undefined);
    body.cancel();
    expect(source.calls).toEqual(["settled"]);
  });

  it("while its sink is blocked: the sink hears nothing more", () => {
    const { source, sink, body, push } = setUp();
    sink.more = false;
    body.pipe(sink);
    push("a");
    body.cancel();
    body.resume();
    expect(push("b")).toBe(true);
    body.finish(undefined);
    expect(sink.events).toEqual(["a"]);
    expect(source.calls).toEqual(["wanted", "resumed", "cancelled", "settled"]);
  });

  it("inside the sink's write, before and after it comes: reading goes on", () => {
    for (const early of [true, false]) {
      const { source, sink, body, push } = setUp();
      sink.write = (chunk) => {
        sink.events.push(String(chunk));
        body.cancel();
        return false;
      };
      if (early) push("a");
      body.pipe(sink);
      if (!early) expect(push("a")).toBe(true);
      expect(push("b")).toBe(true);
      body.finish(undefined);
      expect(sink.events).toEqual(["a"]);
      expect(source.calls.filter((call) => call === "settled")).toEqual(["settled"]);
    }
  });

  it("inside the sink's end: settles once", () => {
    const { source, sink, body, push } = setUp();
    sink.end = () => body.cancel();
    body.pipe(sink);
    push("a");
    body.finish(undefined);
    expect(source.calls.filter((call) => call === "settled")).toEqual(["settled"]);
  });

  it("after it broke: nobody is told again", () => {
    const { source, sink, body } = setUp();
    body.pipe(sink);
    body.break(failure);
    body.cancel();
    expect(source.calls).toEqual(["wanted", "resumed"]);
  });
});

it("a body goes to one sink, once", () => {
  const { sink, body } = setUp();
  body.pipe(sink);
  expect(() => body.pipe(sink)).toThrow(BodyUsedError);
  const cancelled = setUp();
  cancelled.body.cancel();
  expect(() => cancelled.body.pipe(sink)).toThrow(BodyUsedError);
});
