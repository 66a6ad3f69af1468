import type { ThriftMessage, TTHeaderKey } from "@monolake/thrift";

/** What is changed in the TTHeader of a message; nothing where its transport has none. */
export interface HeaderEdits {
  readonly set?: readonly { readonly key: TTHeaderKey; readonly value: string }[];
  /** Before anything is set. */
  readonly remove?: readonly TTHeaderKey[];
}

/** Changes the TTHeader of a message. */
export function editHeader(message: ThriftMessage, { set = [], remove = [] }: HeaderEdits): void {
  const { header } = message;
  if (header === undefined) return;
  for (const key of remove) header.delete(key);
  for (const { key, value } of set) header.set(key, value);
}
