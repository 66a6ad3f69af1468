import type { HttpRequest } from "@monolake/http";
import type { SocketAddress } from "@monolake/streams";

/** What the upstream is told of the client. */
export interface ForwardingOptions {
  /**
   * What happens to the X-Forwarded fields that a request brings: `replace` drops them, because anybody can send them;
   * `append` adds to them, behind a proxy of one's own; `off` adds nothing and leaves them. Default `replace`.
   */
  readonly mode?: "append" | "replace" | "off";
  /** Also send `Forwarded` (RFC 7239). Default false. */
  readonly rfc7239?: boolean;
}

/** Writes the fields that tell an upstream who asked, for what host, and how. */
export class ForwardingFields {
  readonly #append: boolean;
  readonly #off: boolean;
  readonly #rfc7239: boolean;

  constructor(options: ForwardingOptions = {}) {
    this.#append = options.mode === "append";
    this.#off = options.mode === "off";
    this.#rfc7239 = options.rfc7239 ?? false;
  }

  /** To be called before Host is changed. `scheme` is what the client used. */
  write(request: HttpRequest, client: SocketAddress, scheme: "http" | "https"): void {
    if (this.#off) return;
    const { headers } = request;
    const host = headers.get("host");
    const address = client.type === "unix" ? "" : client.host;
    if (address === "") {
      if (!this.#append) headers.delete("x-forwarded-for");
    } else {
      const before = this.#append ? headers.getAll("x-forwarded-for").join(", ") : "";
      headers.set("X-Forwarded-For", before === "" ? address : `${before}, ${address}`);
    }
    if (!this.#append || !headers.has("x-forwarded-proto")) headers.set("X-Forwarded-Proto", scheme);
    if (host !== undefined && (!this.#append || !headers.has("x-forwarded-host"))) {
      headers.set("X-Forwarded-Host", host);
    }
    if (this.#rfc7239) this.#writeForwarded(request, client, scheme, host);
    else if (!this.#append) headers.delete("forwarded");
  }

  #writeForwarded(
    request: HttpRequest,
    client: SocketAddress,
    scheme: string,
    host: string | undefined,
  ): void {
    const { headers } = request;
    const node = forwardedNode(client);
    const hostPair = host === undefined ? "" : `;host="${host}"`;
    const element = `for=${node};proto=${scheme}${hostPair}`;
    const before = this.#append ? headers.getAll("forwarded").join(", ") : "";
    headers.set("Forwarded", before === "" ? element : `${before}, ${element}`);
  }
}

/** RFC 7239 section 6: IPv6 in brackets and quoted; what has no address is unknown. */
function forwardedNode(client: SocketAddress): string {
  if (client.type === "unix" || client.host === "") return "unknown";
  return client.host.includes(":") ? `"[${client.host}]"` : client.host;
}
