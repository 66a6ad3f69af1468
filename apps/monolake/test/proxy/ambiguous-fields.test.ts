import { connect } from "node:http2";
import { type EchoedRequest, rawClient, startHttpUpstream } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { everythingTo, startProxy, type TestProxy } from "./start-proxy.ts";

/** What an upstream that makes variables of fields would believe. */
const variablesOf = (fields: readonly (readonly [string, string])[]): Record<string, string[]> => {
  const variables: Record<string, string[]> = {};
  for (const [name, value] of fields) {
    const variable = `HTTP_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`;
    variables[variable] ??= [];
    variables[variable].push(value);
  }
  return variables;
};

const pairsOf = (rawHeaders: readonly string[]) =>
  rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""] as const] : [],
  );

const forged = [
  "X_Forwarded_For",
  "x_forwarded_proto",
  "X_FORWARDED-HOST",
  "X.Forwarded.For",
  "x_real_ip",
  "Client_Cert",
  "client-cert_chain",
  "X_Request_Id",
  "Content_Length",
  "Transfer_Encoding",
  "x_user",
  "X_Gone",
];

type Ask = (proxy: TestProxy, names: readonly string[]) => Promise<{ status: number; body: string }>;

const overHttp1: Ask = async ({ address }, names) => {
  await using client = await rawClient(address);
  const lines = names.map((name) => `${name}: forged\r\n`).join("");
  await client.write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${lines}\r\n`);
  const answer = await client.readToEnd();
  return { status: Number(answer.slice(9, 12)), body: answer.slice(answer.indexOf("\r\n\r\n") + 4) };
};

const overHttp2: Ask = async ({ origin }, names) => {
  const session = connect(origin);
  try {
    const fields = Object.fromEntries(names.map((name) => [name.toLowerCase(), "forged"]));
    const stream = session.request({ ":path": "/", ...fields });
    const [headers] = await new Promise<[Record<string, unknown>]>((resolve, reject) => {
      stream.once("response", (...args) => resolve(args as unknown as [Record<string, unknown>]));
      stream.once("error", reject);
    });
    let body = "";
    for await (const chunk of stream) body += chunk;
    return { status: Number(headers[":status"]), body };
  } finally {
    session.close();
  }
};

const edits = 'request = { set = { X-User = "proxy" }, remove = ["X-Gone"] }';

describe.each([
  ["HTTP/1.1", overHttp1],
  ["HTTP/2", overHttp2],
] as const)("a client of %s", (_version, ask) => {
  it("cannot speak for the proxy by another spelling of its fields", async () => {
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxy({ server: everythingTo(upstream.origin, edits) });
    const { status, body } = await ask(proxy, [...forged, "my_field", "my.other"]);
    expect(status).toBe(200);
    const { rawHeaders } = JSON.parse(body) as EchoedRequest;
    const variables = variablesOf(pairsOf(rawHeaders));
    const believed = Object.entries(variables).filter(([, values]) => values.includes("forged"));
    expect(believed.map(([name]) => name)).toEqual(["HTTP_MY_FIELD", "HTTP_MY_OTHER"]);
    expect(variables).toMatchObject({ HTTP_X_FORWARDED_FOR: ["127.0.0.1"], HTTP_X_USER: ["proxy"] });
  });

  it.each([
    ["drop", 200, 0],
    ["pass", 200, 2],
    ["refuse", 400, 0],
  ] as const)("meets ambiguous_fields = %s", async (mode, status, passed) => {
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxy({
      server: `ambiguous_fields = "${mode}"\n${everythingTo(upstream.origin)}`,
    });
    const answer = await ask(proxy, ["x_forwarded_for", "my_field"]);
    expect(answer.status).toBe(status);
    expect(answer.body.match(/"forged"/g)?.length ?? 0).toBe(passed);
    expect((await ask(proxy, ["my-field"])).status).toBe(200);
  });
});

/** A request with a body and these names behind it. */
type SendTrailers = (proxy: TestProxy, names: readonly string[]) => Promise<void>;

const behindHttp1: SendTrailers = async ({ address }, names) => {
  await using client = await rawClient(address);
  const head = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  await client.write(`${head}1\r\nx\r\n0\r\n${names.map((name) => `${name}: forged\r\n`).join("")}\r\n`);
  expect(await client.readToEnd()).toMatch(/^HTTP\/1\.1 200 /);
};

const behindHttp2: SendTrailers = async ({ origin }, names) => {
  const session = connect(origin);
  try {
    const stream = session.request({ ":path": "/", ":method": "POST" }, { waitForTrailers: true } as object);
    const fields = Object.fromEntries(names.map((name) => [name.toLowerCase(), "forged"]));
    stream.once("wantTrailers", () => stream.sendTrailers(fields));
    stream.end("x");
    let body = "";
    for await (const chunk of stream) body += chunk;
    expect(body).toBe("done");
  } finally {
    session.close();
  }
};

describe.each([
  ["HTTP/1.1", behindHttp1],
  ["HTTP/2", behindHttp2],
] as const)("trailers of %s", (_version, send) => {
  it("with such names are dropped as those that they stand for, and so are fields that the proxy sets", async () => {
    let trailers: readonly string[] = [];
    await using upstream = await startHttpUpstream((request, response) => {
      request.resume().on("end", () => {
        trailers = request.rawTrailers;
        response.end("done");
      });
    });
    await using proxy = await startProxy({ server: everythingTo(upstream.origin, edits) });
    await send(proxy, [...forged, "X-User", "X-Forwarded-For", "my_sum", "x-sum"]);
    expect(pairsOf(trailers).map(([name]) => name)).toEqual(["my_sum", "x-sum"]);
  });
});
