import { expects } from "@monolake/config";
import { z } from "zod";

/** The longest time that a timer of Node.js can wait (2^31 - 1 ms); beyond it a timer would fire at once. */
const maxSeconds = 2_147_483;

/** A `_sec` key: seconds above 0, whole or not. */
export const secondsSchema = z
  .number()
  .refine(
    (value) => value > 0 && value <= maxSeconds,
    expects(`seconds, more than 0 and at most ${maxSeconds}`),
  )
  .meta({ exclusiveMinimum: 0, maximum: maxSeconds });

/** The same where a shorter time would do harm. */
export const secondsFrom = (least: number) =>
  z
    .number()
    .refine(
      (value) => value >= least && value <= maxSeconds,
      expects(`seconds, at least ${least} and at most ${maxSeconds}`),
    )
    .meta({ minimum: least, maximum: maxSeconds });

/** At least 1, as timers count whole milliseconds. */
export const toMilliseconds = (seconds: number): number => Math.max(1, Math.round(seconds * 1000));
