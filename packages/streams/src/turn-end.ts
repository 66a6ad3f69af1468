import { asError } from "@monolake/errors";
/** Something that has work for the end of a turn of the event loop. */
export interface TurnEndTask {
  /** Called once for each {@link atTurnEnd}. */
  turnEnded(): void;
}

let waiting: TurnEndTask[] = [];
let scheduled = false;

/**
 * Calls `task` when everything that arrived in this turn of the event loop has been read: what a connection is given to send in a turn
 * can be one write. Must not be called twice for one turn.
 */
export function atTurnEnd(task: TurnEndTask): void {
  waiting.push(task);
  if (scheduled) return;
  scheduled = true;
  setImmediate(endTurn);
}

function endTurn(): void {
  const tasks = waiting;
  waiting = [];
  scheduled = false;
  for (const task of tasks) {
    try {
      task.turnEnded();
    } catch (error) {
      process.emitWarning(asError(error));
    }
  }
}
