/** The version that a message was sent with. HTTP/2 comes with its own package entry. */
export type HttpVersion = "1.0" | "1.1" | "2";
