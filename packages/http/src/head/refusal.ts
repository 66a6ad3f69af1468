import { type HeadRefusal, HttpHeadError, HttpResponseHeadError } from "./errors.ts";
import { found } from "./found.ts";

/** A reason to refuse a head, and the bytes it is about. */
export interface Fault {
  readonly status: 400 | 414 | 431 | 501 | 505;
  readonly reason: HeadRefusal;
  /** The first line is 1. */
  readonly line: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Throws the error for a fault: which one depends on who sent the head. */
export type Refuse = (fault: Fault) => never;

export const refuseRequest: Refuse = ({ status, reason, line, bytes, start, end }) => {
  throw new HttpHeadError({ status, reason, line, found: found(bytes, start, end) });
};

export const refuseResponse: Refuse = ({ reason, line, bytes, start, end }) => {
  throw new HttpResponseHeadError({ reason, line, found: found(bytes, start, end) });
};
