import { eventually } from "@monolake/test-kit";
import type { TestServer } from "../h1/serve.ts";

/** Waits until a server has no connection left. */
export const expectGone = (server: TestServer): Promise<unknown> =>
  eventually(() => server.connections() === 0);
