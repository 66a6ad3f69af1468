import { rawClient, startHttpUpstream } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { everyPath, startGateway } from "./gateway.ts";

const get = (path: string, more = "") => `GET ${path} HTTP/1.1\r\nHost: a.test\r\n${more}\r\n`;

describe("requests that a client sends without waiting", () => {
  it("go to the upstream on the connection that the answer before has just freed", async () => {
    await using upstream = await startHttpUpstream();
    await using gateway = await startGateway({ routes: [everyPath([upstream.port])] });
    await using client = await rawClient(gateway.address);
    const paths = Array.from({ length: 8 }, (_, index) => `/${index}`);
    const last = get("/last", "Connection: close\r\n");
    void client.write(paths.map((path) => get(path)).join("") + last);
    const answers = await client.readToEnd();
    const urls = [...answers.matchAll(/"url":"([^"]*)"/g)].map(([, url]) => url);
    expect(urls).toEqual([...paths, "/last"]);
    expect(upstream.connections).toBe(1);
  });
});
