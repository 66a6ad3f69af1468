import { isAbsolute, resolve } from "node:path";

/** A file name of a configuration in a message: where it is looked for, and why there. */
export const shownFile = (file: string): string =>
  `${JSON.stringify(resolve(file))}${isAbsolute(file) ? "" : " (from the working directory)"}`;
