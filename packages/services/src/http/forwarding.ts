import { Headers, type HttpRequest, knownFields } from "@monolake/http";
import type { SocketAddress } from "@monolake/streams";

/** What the upstream is told of the client. */
export interface ForwardingOptions {
  /**
   * What happens to the X-Forwarded fields that a request brings: `replace` drops them, because anybody can send them;
   * `append` adds to them, behind a proxy of one's own; `off` adds nothing and leaves them. Default `replace`.
   */
  readonly mode?: "append" | "replace" | "off";
  /** Also send `Forwarded` (RFC 7239). Default true. */
  readonly rfc7239?: boolean;
}

const forwardedFields = knownFields("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded");
/** Clients whose fields are kept; then the memory begins anew. */
const maxRemembered = 1_000;

interface Remembered {
  readonly host: string | undefined;
  readonly scheme: string;
  readonly fields: Headers;
}

/** Writes the fields that tell an upstream who asked, for what host, and how. */
export class ForwardingFields {
  readonly #append: boolean;
  readonly #off: boolean;
  readonly #rfc7239: boolean;
  /** By client address: a client that comes again costs no new text. */
  readonly #remembered = new Map<string, Remembered>();

  constructor(options: ForwardingOptions = {}) {
    this.#append = options.mode === "append";
    this.#off = options.mode === "off";
    this.#rfc7239 = options.rfc7239 ?? true;
  }

  /** To be called before Host is changed. `scheme` is what the client used. */
  write(request: HttpRequest, client: SocketAddress, scheme: "http" | "https"): void {
    if (this.#off) return;
    const { headers } = request;
    if ((headers.knownMask & forwardedFields) !== 0) {
      if (this.#append) return this.#appendTo(headers, client, scheme);
      headers.deleteAllOf(forwardedFields);
    }
    headers.appendAllOf(this.#fieldsFor(client, headers, scheme));
  }

  #fieldsFor(client: SocketAddress, headers: Headers, scheme: string): Headers {
    const address = client.type === "unix" ? "" : client.host;
    const known = this.#remembered.get(address);
    if (known?.host !== undefined && known.scheme === scheme && headers.hasOnly("host", known.host))
      return known.fields;
    const host = headers.get("host");
    const fields = new Headers();
    if (address !== "") fields.append("X-Forwarded-For", address);
    fields.append("X-Forwarded-Proto", scheme);
    if (host !== undefined) fields.append("X-Forwarded-Host", host);
    if (this.#rfc7239) fields.append("Forwarded", forwardedElement(address, host, scheme));
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
    this.#remembered.set(address, { host, scheme, fields: fields.prepare() });
    return fields;
  }

  /** Adds to lists; scheme and host are those that the first proxy saw. */
  #appendTo(headers: Headers, client: SocketAddress, scheme: string): void {
    const address = client.type === "unix" ? "" : client.host;
    const host = headers.get("host");
    if (address !== "") addToList(headers, "X-Forwarded-For", address);
    if (!headers.has("x-forwarded-proto")) headers.set("X-Forwarded-Proto", scheme);
    if (host !== undefined && !headers.has("x-forwarded-host")) headers.set("X-Forwarded-Host", host);
    if (this.#rfc7239) addToList(headers, "Forwarded", forwardedElement(address, host, scheme));
  }
}

function addToList(headers: Headers, name: string, element: string): void {
  headers.set(name, [...headers.getAll(name), element].join(", "));
}

/** RFC 7239 section 4. */
function forwardedElement(address: string, host: string | undefined, scheme: string): string {
  const hostPair = host === undefined ? "" : `;host="${host}"`;
  return `for=${forwardedNode(address)};proto=${scheme}${hostPair}`;
}

/** RFC 7239 section 6: IPv6 in brackets and quoted; what has no address is unknown. */
function forwardedNode(address: string): string {
  if (address === "") return "unknown";
  return address.includes(":") ? `"[${address}]"` : address;
}
