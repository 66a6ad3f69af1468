/** Ends the command with a message for people and exit code 1: what is wrong is theirs to mend, so there is no stack. */
export class CommandFailure extends Error {}
