/** Resolves with the first SIGTERM or SIGINT; a second one ends the process at once, in case the first does not get through. */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first = true;
    const received = (signal: NodeJS.Signals) => {
      if (!first) process.exit(signal === "SIGINT" ? 130 : 143);
      first = false;
      resolve(signal);
    };
    process.on("SIGTERM", received);
    process.on("SIGINT", received);
  });
}
