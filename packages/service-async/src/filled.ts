/** The slots of a context that may be empty. */
type PerhapsEmpty<Context> = {
  [Name in keyof Context]-?: undefined extends Context[Name] ? Name : never;
}[keyof Context];

/** `Context`, with the slots that may be empty as properties that may be absent. */
export type FilledSlots<Context> = Omit<Context, PerhapsEmpty<Context>> & {
  readonly [Name in PerhapsEmpty<Context>]?: NonNullable<Context[Name]>;
};

/**
 * What a context certainly holds. No other type is asked for by `check`, but this one makes the compiler say in one
 * line which slot a service needs and nobody fills.
 */
export type Filled<Context> = [PerhapsEmpty<Context>] extends [never] ? Context : FilledSlots<Context>;
