import { deferred } from "@monolake/test-kit";
import { createRequest, type HttpRequest } from "../../src/index.ts";

/** A request whose body a test sends part by part. */
export interface Uploading {
  readonly request: HttpRequest;
  /** Sends a part; undefined ends the body. */
  readonly push: (part: string | undefined) => void;
  /** Nobody wants more of it. */
  readonly ended: Promise<void>;
}

/** A request whose body comes as the test wants it. */
export function uploading(): Uploading {
  const parts: (Buffer | undefined)[] = [];
  let wake = deferred();
  const ended = deferred();
  const generator = async function* () {
    try {
      for (;;) {
        while (parts.length === 0) await wake.promise;
        const part = parts.shift();
        if (part === undefined) return;
        yield part;
      }
    } finally {
      ended.resolve();
    }
  };
  const push = (part: string | undefined) => {
    parts.push(part === undefined ? undefined : Buffer.from(part));
    wake.resolve();
    wake = deferred();
  };
  const sent = createRequest({ method: "POST", headers: { Host: "x" }, body: generator() });
  return { request: sent, push, ended: ended.promise };
}
