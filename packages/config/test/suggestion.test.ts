import { expect, it } from "vitest";
import { suggest } from "../src/suggestion.ts";

const keys = [
  "upstreams",
  "path",
  "load_balancer",
  "server_keepalive_timeout_sec",
  "server_read_body_timeout_sec",
];

it.each([
  ["upstream", "upstreams"],
  ["upstraems", "upstreams"],
  ["paht", "path"],
  ["load-balancer", "load_balancer"],
  ["loadBalancer", "load_balancer"],
  ["LOAD_BALANCER", "load_balancer"],
  ["keepalive", "server_keepalive_timeout_sec"],
])("for %s suggests %s", (given, suggestion) => {
  expect(suggest(given, keys)).toBe(suggestion);
});

it.each(["x", "weight", "", "timeout", "p".repeat(100_000)])("for %.20s suggests nothing", (given) => {
  expect(suggest(given, keys)).toBeUndefined();
});
