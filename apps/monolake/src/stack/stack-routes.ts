import { readFileSync, statSync } from "node:fs";
import { fileReason } from "@monolake/config";
import { MonolakeError } from "@monolake/errors";
import type { HttpRouteConfig, RouteAnswerConfig } from "@monolake/services/http";
import { RouteAnswerInvalidError } from "@monolake/services/http";
import { shownFile } from "../run/shown-file.ts";
import type { RouteConfig } from "../schema/index.ts";

/** The largest body of `respond.file`: workers hold it. */
const maxAnswerBytes = 1024 * 1024;

/** Whether a route does more than to choose an upstream. */
export const acts = ({ rewrite, requestHeaders, responseHeaders, answer }: RouteConfig): boolean =>
  [rewrite, requestHeaders, responseHeaders, answer].some((part) => part !== undefined);

/** The route as its layer takes it. Throws ERR_ROUTE_ANSWER_INVALID when the file of its answer cannot be read. */
export const routeOf = ({ answer, ...route }: RouteConfig): HttpRouteConfig =>
  answer === undefined ? route : { ...route, answer: answerOf(answer) };

function answerOf(answer: NonNullable<RouteConfig["answer"]>): RouteAnswerConfig {
  if (answer.type === "redirect" || answer.file === undefined) return answer;
  const { file, ...rest } = answer;
  return { ...rest, body: readBody(file) };
}

function readBody(file: string): Buffer {
  try {
    const { size } = statSync(file);
    if (size <= maxAnswerBytes) return readFileSync(file);
    throw new RouteAnswerInvalidError({
      problem: `expected a file of at most ${maxAnswerBytes} bytes, found "${file}" with ${size}`,
    });
  } catch (cause) {
    if (MonolakeError.is(cause)) throw cause;
    const problem = `cannot read the file ${shownFile(file)}: ${fileReason(cause)}`;
    throw new RouteAnswerInvalidError({ problem, cause });
  }
}
