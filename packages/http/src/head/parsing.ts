/**
 * How messages are read: `strict` refuses whatever RFC 9112 lets a recipient refuse; `compat` takes what it lets a recipient
 * take, as long as it can mean one thing only.
 */
export type Parsing = "strict" | "compat";
