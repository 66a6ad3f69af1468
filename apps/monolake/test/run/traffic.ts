import { Agent, request } from "node:http";
import type { TestAddress } from "@monolake/test-kit";

/** Clients that ask without a pause, until they are ended. */
export interface Traffic {
  /** Resolves when at least `count` more requests were answered, whatever was said, and at least one of each client. */
  readonly answered: (count: number) => Promise<void>;
  /** Ends the clients and gives what became of their requests. */
  readonly end: () => Promise<TrafficResult>;
}

export interface TrafficResult {
  readonly requests: number;
  /** Not answered with 200, and why. */
  readonly failures: readonly string[];
  /** Bodies that came, each once. */
  readonly bodies: ReadonlySet<string>;
}

/** Whom to ask: when nobody listens at the first address, the next one, as clients of several addresses do. */
export type Addresses = readonly TestAddress[];

/** Starts clients that keep their connection and others that open a new one for each request. */
export function startTraffic(addresses: Addresses, { keepAlive = 4, newConnections = 2 } = {}): Traffic {
  const failures: string[] = [];
  const bodies = new Set<string>();
  const waiting = new Set<(client: Agent) => void>();
  let requests = 0;
  let ended = false;
  const client = async (agent: Agent) => {
    while (!ended) {
      const outcome = await ask(addresses, agent);
      requests += 1;
      if (outcome.type === "failed") failures.push(outcome.reason);
      else bodies.add(outcome.body);
      for (const check of [...waiting]) check(agent);
    }
    agent.destroy();
  };
  const agents = Array.from({ length: keepAlive + newConnections }, (_, index) => {
    return new Agent({ keepAlive: index < keepAlive, maxSockets: 1 });
  });
  const clients = Promise.all(agents.map(client));
  return {
    answered(count) {
      const goal = requests + count;
      const silent = new Set(agents);
      return new Promise((resolve) => {
        const check = (client: Agent) => {
          silent.delete(client);
          if (requests < goal || silent.size > 0) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
      });
    },
    async end() {
      ended = true;
      await clients;
      return { requests, failures, bodies };
    },
  };
}

type Outcome =
  | { readonly type: "answered"; readonly body: string }
  | { readonly type: "failed"; readonly reason: string };

function ask(addresses: Addresses, agent: Agent): Promise<Outcome> {
  const [address, ...others] = addresses;
  if (address === undefined) return Promise.resolve({ type: "failed", reason: "nobody listens" });
  const place = "path" in address ? { socketPath: address.path } : address;
  return new Promise((resolve) => {
    const asking = request({ ...place, path: "/", agent }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        body += part;
      });
      response.on("error", (error) => resolve({ type: "failed", reason: `response: ${error.message}` }));
      response.on("end", () => {
        const reason = `status ${response.statusCode}`;
        resolve(response.statusCode === 200 ? { type: "answered", body } : { type: "failed", reason });
      });
    });
    asking.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" || error.code === "ENOENT") return resolve(ask(others, agent));
      // A kept connection that was being closed when it was used again, before a byte of an answer: asked anew, as browsers do.
      if (asking.reusedSocket && error.code === "ECONNRESET") return resolve(ask(addresses, agent));
      resolve({ type: "failed", reason: `request: ${error.code ?? error.message}` });
    });
    asking.end();
  });
}
