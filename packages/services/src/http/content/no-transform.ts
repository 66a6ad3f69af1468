import type { Headers } from "@monolake/http";

/** Whether a message leaves its content to those who pass it on (RFC 9111 sections 5.2.1.6 and 5.2.2.6). */
export const mayBeTransformed = (headers: Headers): boolean =>
  !headers.getList("cache-control").some((directive) => directive.toLowerCase() === "no-transform");
