import { expect, it } from "vitest";
import { errorDefinitionsOf } from "../src/error-definitions.ts";
import { errorsPage } from "../src/errors-doc.ts";

const source = `
/**
 * Nobody answered {@link connect}.
 *
 * More about it.
 */
export class ConnectTimeoutError extends defineError({
  code: "ERR_CONNECT_TIMEOUT",
  source: "upstream",
  retryable: true,
  message: (f: { address: string; timeoutMs: number }) =>
    \`connecting to \${f.address} took longer \` + \`than \${f.timeoutMs} ms (\${describe(f)})\`,
}) {}
`;

it("reads code, class, meaning and the message with its fields from a source", () => {
  expect(errorDefinitionsOf(source)).toEqual([
    {
      code: "ERR_CONNECT_TIMEOUT",
      className: "ConnectTimeoutError",
      source: "upstream",
      retryable: "true",
      message: "connecting to {address} took longer than {timeoutMs} ms ({…})",
      meaning: "Nobody answered `connect`.",
    },
  ]);
});

it("reads classes that carry their code by hand", () => {
  const byHand = `
abstract class BaseError extends Error {
  abstract readonly code: string;
  readonly source = "internal";
  readonly retryable = false;
}
/** No layer filled the slot. */
export class MissingError extends BaseError {
  readonly code = "ERR_MISSING";
  constructor(fields: { slot: string }) {
    super(\`no layer provided '\${fields.slot}'\`);
  }
}`;
  expect(errorDefinitionsOf(byHand)).toEqual([
    {
      code: "ERR_MISSING",
      className: "MissingError",
      source: "internal",
      retryable: "false",
      message: "no layer provided '{slot}'",
      meaning: "No layer filled the slot.",
    },
  ]);
});

it("writes one table for each package that has errors", () => {
  const page = errorsPage(
    new Map([
      ["@monolake/a", errorDefinitionsOf(source)],
      ["@monolake/none", []],
    ]),
  );
  expect(page).toContain("\n## @monolake/a\n");
  expect(page).toContain(
    "| `ERR_CONNECT_TIMEOUT` | `ConnectTimeoutError` | upstream | yes | Nobody answered",
  );
  expect(page).not.toContain("@monolake/none");
});
