import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import Int64 from "node-int64";
import thrift from "thrift";
import { generated, optionsOf } from "./stack.js";

const FutureChecks = generated("FutureChecks");
const Checks = generated("Checks");
const Greeter = generated("Greeter");
const { Colour, NotFound, Parcel, Point, Refused, Tree } = generated("checks_types");
const { TApplicationException } = thrift.Thrift;

const [protocol, transport, port, multiplexedPort] = process.argv.slice(2);
const connectTo = (to) => thrift.createConnection("127.0.0.1", Number(to), optionsOf([protocol, transport]));
const connection = connectTo(port);
connection.on("error", (error) => {
  console.log(`not ok connection: ${error.message}`);
  process.exit(1);
});
const client = thrift.createClient(Checks, connection);

/** What `run` resolves with is part of the line: it has to be the same through the gateway. */
async function check(name, run) {
  try {
    const seen = await run();
    console.log(seen === undefined ? `ok ${name}` : `ok ${name}: ${seen}`);
  } catch (error) {
    console.log(`not ok ${name}: ${String(error.message).replaceAll("\n", " ")}`);
  }
}

/** A method answers with its argument. */
const same = (name, method, value) =>
  check(name, async () => assert.deepEqual(plain(await client[method](value)), plain(value)));

/** Integers of 64 bits come as objects, some of them as numbers: their bytes decide. */
function plain(value) {
  if (value instanceof Int64) return value.toOctetString();
  if (Buffer.isBuffer(value)) return value.toString("hex");
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === "account" ? octets(item) : plain(item)]),
  );
}
const octets = (value) =>
  value === null ? null : (value instanceof Int64 ? value : new Int64(value)).toOctetString();

async function rejection(promise) {
  return promise.then(
    () => assert.fail("nothing was thrown"),
    (error) => error,
  );
}

/** Its type depends on the server's language: this package's own never sends one. */
async function applicationException(promise) {
  const error = await rejection(promise);
  assert.ok(error instanceof TApplicationException);
  return `type ${error.type}, ${error.message}`;
}

const point = (label) => new Point({ x: -7, y: 2147483647, label });
const parcel = new Parcel({
  name: "książka 📚",
  fragile: true,
  code: -128,
  shelf: -32768,
  count: -2147483648,
  account: new Int64("0x8000000000000000"),
  weight: -0.1,
  seal: Buffer.from(Uint8Array.from({ length: 256 }, (_, index) => 255 - index)),
  colour: Colour.BLUE,
  place: point("here"),
  way: [point(null), point("there")],
  notes: { a: "", "": "b", ü: "ß" },
  marks: [1, 2, 3],
  footer: "end",
});
const treeOf = (depth) => new Tree({ name: `at ${depth}`, branches: depth === 0 ? [] : [treeOf(depth - 1)] });

await check("nothing", async () => assert.equal(await client.nothing(), undefined));
await same("text, empty", "text", "");
await same("text, unicode", "text", 'Zażółć gęślą jaźń, 日本語, עברית, 📦\u0000\t\r\n"\\');
await same("text, long", "text", "long text ".repeat(20_000));
await same("truth, true", "truth", true);
await same("truth, false", "truth", false);
for (const value of [0, -1, 127, -128]) await same(`tiny ${value}`, "tiny", value);
for (const value of [0, -1, 32767, -32768]) await same(`small ${value}`, "small", value);
for (const value of [0, -1, 2147483647, -2147483648]) await same(`number ${value}`, "number", value);
for (const value of ["0000000000000000", "ffffffffffffffff", "7fffffffffffffff", "8000000000000000"])
  await same(`large ${value}`, "large", new Int64(`0x${value}`));
for (const value of [0, -1.5, 1.7976931348623157e308, 5e-324, Infinity])
  await same(`fraction ${value}`, "fraction", value);
await same("bytes, empty", "bytes", Buffer.alloc(0));
await same("bytes, each of them", "bytes", parcel.seal);
await same("bytes, 1 MiB", "bytes", Buffer.alloc(1 << 20, "monolake"));
await same("colour", "colour", Colour.BLUE);
await same("account", "account", new Int64("0x0000000100000001"));
await same("parcel", "parcel", parcel);
await same("tree, 30 deep", "tree", treeOf(30));
await same("series, empty", "series", []);
await same("series", "series", [3, -1, 2147483647]);
await same("marks", "marks", [1, 2, 3]);
await same("table", "table", { 0: 1, "-5": 5 });
await same("notes, empty", "notes", {});
await same("notes", "notes", { a: "2", b: "blah", "some words": "thing" });
await same("rows", "rows", [["a"], [], ["b", "c"]]);
await check("products", async () =>
  assert.deepEqual(
    { ...(await client.products(2)) },
    { 1: { 1: 1, 2: 2 }, "-1": { 1: -1, 2: -2 }, 2: { 1: 2, 2: 4 }, "-2": { 1: -2, 2: -4 } },
  ),
);
await check("maze", async () =>
  assert.deepEqual(plain(await client.maze(parcel)), plain({ 1: { 1: parcel, 2: parcel }, 2: {} })),
);
await check("compose", async () => {
  const account = new Int64("0x7fffffffffffffff");
  const answer = await client.compose("four", account, Colour.GREEN, { a: "b" });
  assert.equal(answer.name, "four");
  assert.equal(octets(answer.account), octets(account));
  assert.equal(answer.colour, Colour.GREEN);
  assert.deepEqual({ ...answer.notes }, { a: "b" });
});
await check("find", async () =>
  assert.deepEqual(plain(await client.find("it")), { x: 3, y: 4, label: null }),
);
await check("exception, declared first", async () => {
  const error = await rejection(client.find("not found"));
  assert.ok(error instanceof NotFound);
  assert.equal(error.key, "not found");
});
await check("exception, declared second", async () => {
  const error = await rejection(client.find("refused"));
  assert.ok(error instanceof Refused);
  assert.equal(error.code, 403);
  assert.equal(error.reason, "not today");
  assert.deepEqual(plain(error.place), { x: 1, y: -1, label: "gate" });
});
await check("exception, undeclared", () => applicationException(client.find("undeclared")));
await check("enter", async () => assert.equal(await client.enter("it"), undefined));
await check("exception of a void method", async () =>
  assert.ok((await rejection(client.enter("not found"))) instanceof NotFound),
);
await check("oneway, carried out once", async () => {
  const value = randomUUID();
  client.note(value);
  let count = 0;
  for (let tries = 0; count === 0 && tries < 1000; tries++) count = await client.noteCount(value);
  assert.equal(count, 1);
});
await check("pipelined calls", async () => {
  const numbers = Array.from({ length: 100 }, (_, index) => index);
  assert.deepEqual(await Promise.all(numbers.map((number) => client.number(number))), numbers);
});
connection.end();

// Some servers close the connection with their answer.
const last = connectTo(port);
last.on("error", () => {});
await check("unknown method", () =>
  applicationException(thrift.createClient(FutureChecks, last).missing("?")),
);
last.end();

if (multiplexedPort === "0") console.log("skip multiplexed: the server does not have it");
else {
  const shared = connectTo(multiplexedPort);
  const multiplexer = new thrift.Multiplexer();
  const checks = multiplexer.createClient("Checks", Checks, shared);
  const greeter = multiplexer.createClient("Greeter", Greeter, shared);
  await check("multiplexed, first service", async () => assert.equal(await checks.text("a"), "a"));
  await check("multiplexed, second service", async () =>
    assert.equal(await greeter.greet("Ada"), "Good morning, Ada"),
  );
  await check("multiplexed, both at once", async () =>
    assert.deepEqual(await Promise.all([checks.number(1), greeter.greet("Ada"), checks.number(2)]), [
      1,
      "Good morning, Ada",
      2,
    ]),
  );
  shared.end();
}
