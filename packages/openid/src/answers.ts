import { createResponse, type HttpResponse, statusText } from "@monolake/http";

type SetCookies = readonly string[];

const fieldsOf = (setCookies: SetCookies): [string, string][] => [
  // What is said to one browser is for no cache.
  ["Cache-Control", "no-store"],
  ...setCookies.map((value): [string, string] => ["Set-Cookie", value]),
];

/** Sends a browser elsewhere, by GET. */
export const redirect = (location: string, setCookies: SetCookies): HttpResponse =>
  createResponse(undefined, {
    // 303: whatever the request was, what follows is a GET.
    status: 303,
    headers: [["Location", location], ["Referrer-Policy", "no-referrer"], ...fieldsOf(setCookies)],
  });

/** A short text that names the status and what to do, and nothing of what happened inside. */
export const refusal = (status: number, advice: string, setCookies: SetCookies = []): HttpResponse =>
  createResponse(`${status} ${statusText(status)}\n${advice}\n`, {
    status,
    headers: [
      ["Content-Type", "text/plain; charset=utf-8"],
      ...(status === 401 ? [["WWW-Authenticate", 'Cookie realm="login"'] as [string, string]] : []),
      ...(status === 503 ? [["Retry-After", "5"] as [string, string]] : []),
      ...fieldsOf(setCookies),
    ],
  });
