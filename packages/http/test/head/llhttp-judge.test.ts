import { describe, expect, it } from "vitest";
import { LlhttpJudge } from "../../src/head/llhttp-judge.ts";
import { latin1 } from "./described-head.ts";

const sound = latin1("GET /a HTTP/1.1\r\nHost: x.test\r\n\r\n");

describe("llhttp as a judge", () => {
  it.each([
    ["an invalid field", "GET / HTTP/1.1\r\nA : 1\r\n\r\n"],
    ["an unfinished head", "GET /unfinished HTTP/1.1\r\nX-Left: behi"],
    ["a refused body length", "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ["garbage", "\0\x01\x02\xff"],
    ["a response", "HTTP/1.1 200 OK\r\n\r\n"],
  ])("judges the next head as if nothing had been after %s", (_, text) => {
    const judge = new LlhttpJudge("REQUEST");
    expect(judge.judge(latin1(text)).type).toBe("refused");
    const verdict = judge.judge(sound);
    expect(verdict).toMatchObject({ type: "accepted", head: { url: "/a", rawHeaders: ["Host", "x.test"] } });
  });

  it.each([
    ["announces a body that does not come", "POST /b HTTP/1.1\r\nContent-Length: 500\r\n\r\n"],
    ["is chunked", "POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ["asks for an upgrade", "GET /b HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"],
    ["asks for a tunnel", "CONNECT b:80 HTTP/1.1\r\n\r\n"],
    ["closes the connection", "GET /b HTTP/1.1\r\nConnection: close\r\n\r\n"],
  ])("judges the next head as if nothing had been after one that %s", (_, text) => {
    const judge = new LlhttpJudge("REQUEST");
    expect(judge.judge(latin1(text)).type).toBe("accepted");
    expect(judge.judge(sound)).toMatchObject({ head: { url: "/a", rawHeaders: ["Host", "x.test"] } });
  });
});
