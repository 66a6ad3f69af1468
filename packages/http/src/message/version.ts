/** The version that a message was sent with. */
export type HttpVersion = "1.0" | "1.1" | "2";
