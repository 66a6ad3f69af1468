import type { WorkerEvent } from "@monolake/core";

type EventOf<Type extends WorkerEvent["type"]> = Extract<WorkerEvent, { readonly type: Type }>;

/** Keeps the events of a manager for a test. */
export interface EventLog {
  readonly add: (event: WorkerEvent) => void;
  readonly events: readonly WorkerEvent[];
  /** Resolves with the first event of a type, past or to come. */
  readonly first: <Type extends WorkerEvent["type"]>(type: Type) => Promise<EventOf<Type>>;
  /** Resolves with the `count`th event of a type that `matches`. */
  readonly nth: <Type extends WorkerEvent["type"]>(
    type: Type,
    count: number,
    matches?: (event: EventOf<Type>) => boolean,
  ) => Promise<EventOf<Type>>;
}

export function eventLog(): EventLog {
  const events: WorkerEvent[] = [];
  const waiting = new Set<() => void>();
  const nth: EventLog["nth"] = (type, count, matches = () => true) =>
    new Promise((resolve) => {
      const check = () => {
        const found = events.filter((event): event is EventOf<typeof type> => event.type === type);
        const wanted = found.filter(matches)[count - 1];
        if (wanted === undefined) return;
        waiting.delete(check);
        resolve(wanted);
      };
      waiting.add(check);
      check();
    });
  return {
    events,
    add(event) {
      events.push(event);
      for (const check of [...waiting]) check();
    },
    first: (type) => nth(type, 1),
    nth,
  };
}
