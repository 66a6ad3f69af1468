import { formatAddress } from "@monolake/streams";
import { describe, expect, it } from "vitest";
import { type Listener, listen, listenerFactory, supportsReusePort } from "../src/index.ts";
import { answer, connectTo, nextOf } from "./peers.ts";

const anyPort = { type: "socket", value: "127.0.0.1:0" } as const;

const portOf = (listener: Listener): number => {
  if (listener.address.type !== "socket") throw new Error("expected a TCP listener");
  return listener.address.port;
};

describe("a TCP listener", () => {
  it("gives the connections that it accepts, in order", async () => {
    await using listener = await listen(anyPort);
    const iterator = listener[Symbol.asyncIterator]();
    for (const text of ["one", "two"]) {
      using client = await connectTo(listener.address);
      const stream = await nextOf(iterator);
      expect(stream.remoteAddress).toMatchObject({ port: client.socket.localPort });
      answer(stream, text);
      expect(await client.received).toBe(text);
    }
  });

  it("keeps what came before anybody asked", async () => {
    await using listener = await listen(anyPort);
    using first = await connectTo(listener.address);
    using second = await connectTo(listener.address);
    const texts = ["first", "second"];
    for await (const stream of listener) {
      answer(stream, texts.shift() ?? "");
      if (texts.length === 0) break;
    }
    expect([await first.received, await second.received]).toEqual(["first", "second"]);
  });

  it("goes on after an iteration was left", async () => {
    await using listener = await listen(anyPort);
    using _first = await connectTo(listener.address);
    for await (const stream of listener) {
      stream.destroy();
      break;
    }
    using second = await connectTo(listener.address);
    for await (const stream of listener) {
      answer(stream, "again");
      break;
    }
    expect(await second.received).toBe("again");
  });

  it("listens on IPv6", async () => {
    await using listener = await listen({ type: "socket", value: "[::1]:0" });
    expect(formatAddress(listener.address)).toMatch(/^\[::1\]:[1-9]\d*$/);
    using client = await connectTo(listener.address);
    answer(await nextOf(listener[Symbol.asyncIterator]()), "six");
    expect(await client.received).toBe("six");
  });

  it("takes IPv4 connections on [::], unless it is told not to", async () => {
    await using both = await listen({ type: "socket", value: "[::]:0" });
    using client = await connectTo({ type: "socket", host: "127.0.0.1", port: portOf(both) });
    answer(await nextOf(both[Symbol.asyncIterator]()), "four");
    expect(await client.received).toBe("four");

    await using six = await listen({ type: "socket", value: "[::]:0", ipv6Only: true });
    const refused = connectTo({ type: "socket", host: "127.0.0.1", port: portOf(six) });
    await expect(refused).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("shares its port with others by default", async () => {
    expect(await supportsReusePort()).toBe(process.platform !== "darwin" && process.platform !== "win32");
    await using listener = await listen(anyPort);
    await using other = await listen({ type: "socket", value: formatAddress(listener.address) });
    expect(other.address).toEqual(listener.address);
  });

  it("is made by a factory, which binds when it makes", async () => {
    await using taken = await listen({ ...anyPort, reusePort: false });
    const factory = listenerFactory({
      type: "socket",
      value: formatAddress(taken.address),
      reusePort: false,
    });
    await expect(factory.make()).rejects.toMatchObject({ code: "ERR_LISTEN_ADDRESS_IN_USE" });
    await taken.close();
    await using listener = await factory.make();
    expect(listener.address).toEqual(taken.address);
  });
});

describe("closing a listener", () => {
  it("frees the address at once and ends the iteration, and open connections go on", async () => {
    const listener = await listen({ ...anyPort, reusePort: false });
    const iterator = listener[Symbol.asyncIterator]();
    using client = await connectTo(listener.address);
    const stream = await nextOf(iterator);
    const next = iterator.next();
    await listener.close();
    await listener.close();
    expect(await next).toEqual({ done: true, value: undefined });
    await expect(connectTo(listener.address)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await using _again = await listen({
      type: "socket",
      value: formatAddress(listener.address),
      reusePort: false,
    });
    answer(stream, "still here");
    expect(await client.received).toBe("still here");
  });

  it("destroys connections that nobody iterates over", async () => {
    const listener = await listen(anyPort);
    using client = await connectTo(listener.address);
    using probe = await connectTo(listener.address);
    const iterator = listener[Symbol.asyncIterator]();
    await nextOf(iterator);
    await iterator.return?.();
    await listener.close();
    await Promise.race([client.received, probe.received]);
    expect(await listener[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined });
  });

  it("leaves what was accepted to an iteration that goes on, then ends it", async () => {
    const listener = await listen(anyPort);
    const iterator = listener[Symbol.asyncIterator]();
    using _first = await connectTo(listener.address);
    using _second = await connectTo(listener.address);
    // Both are accepted in order, so the second one waits once a third has arrived.
    const taken = await nextOf(iterator);
    using _third = await connectTo(listener.address);
    expect(taken.closed).toBe(false);
    await listener.close();
    const rest = [];
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
      rest.push(next.value);
    expect(rest.length).toBeGreaterThanOrEqual(1);
    for (const stream of rest) expect(stream.closed).toBe(false);
    for (const stream of [taken, ...rest]) stream.destroy();
  });

  it("happens when the signal says so", async () => {
    const controller = new AbortController();
    const listener = await listen(anyPort, { signal: controller.signal });
    const next = listener[Symbol.asyncIterator]().next();
    controller.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    await expect(listen(anyPort, { signal: controller.signal })).rejects.toMatchObject({
      name: "AbortError",
    });
  });
});

describe("an address that cannot be taken", () => {
  it("is busy", async () => {
    await using taken = await listen({ ...anyPort, reusePort: false });
    const address = formatAddress(taken.address);
    await expect(listen({ type: "socket", value: address })).rejects.toMatchObject({
      code: "ERR_LISTEN_ADDRESS_IN_USE",
      address,
      message: expect.stringContaining(`cannot listen on ${address}: it is in use (ss -ltnp`),
      cause: { code: "EADDRINUSE" },
    });
  });

  it("belongs to another machine", async () => {
    await expect(listen({ type: "socket", value: "192.0.2.1:0" })).rejects.toMatchObject({
      code: "ERR_LISTEN_ADDRESS_UNAVAILABLE",
      message:
        "cannot listen on 192.0.2.1:0: no interface of this machine has that address (0.0.0.0 and [::] listen on all of them)",
    });
  });

  it("is of every interface, and does not say of which", async () => {
    await expect(listen({ type: "socket", value: "[fe80::1]:0" })).rejects.toMatchObject({
      code: "ERR_LISTEN_ADDRESS_UNAVAILABLE",
      message:
        "cannot listen on [fe80::1]:0: no interface of this machine has that address (it takes one, as in [fe80::1%eth0])",
    });
  });
});
