import { Headers, type HttpRequest, knownFields, PreparedField } from "@monolake/http";
import type { Has, MayHave } from "@monolake/service-async";
import type { SocketAddress } from "@monolake/streams";
import type { clientAddress, peerAddress, remoteAddress } from "../../common/addresses.ts";
import { plainHost } from "../../common/node-address.ts";
import { TrustedProxies } from "../../common/trusted-proxies.ts";
import type { MatchedRoute } from "../route.ts";
import { appendForwarding, firstOf } from "./appended-fields.ts";
import { formatElement } from "./forwarded-element.ts";

/** What the upstream is told of the client. */
export interface ForwardingOptions {
  /**
   * What happens to the fields that a request brings, which anybody can send: `replace` drops them, unless they come from a
   * trusted proxy; `append` adds to them, whoever sent them; `off` adds nothing and leaves them. Default `replace`.
   */
  readonly mode?: "append" | "replace" | "off";
  /**
   * Proxies of one's own in front of this one, whose fields are added to: addresses, networks such as `10.0.0.0/8`, and
   * `unix` for whoever comes over a unix socket. Default: nobody.
   */
  readonly trustedProxies?: readonly string[];
  /** Also send `Forwarded` (RFC 7239). Default true. */
  readonly rfc7239?: boolean;
  /** Also send `X-Forwarded-Port`, the port that the client asked. Default false. */
  readonly port?: boolean;
  /** Also send `X-Forwarded-Prefix` where the route strips a prefix. Default false. */
  readonly prefix?: boolean;
  /** Also send `X-Real-IP`: one address, the client's as far as trusted proxies tell. Default false. */
  readonly realIp?: boolean;
}

/** What is told of a request: slots of its context. */
export type ForwardingContext = Has<typeof peerAddress> &
  MayHave<typeof remoteAddress> &
  MayHave<typeof clientAddress> & { readonly matchedRoute: Pick<MatchedRoute, "strippedPrefix"> };

type Scheme = "http" | "https";

const family = knownFields(
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-real-ip",
  "forwarded",
);
/** Clients whose fields are kept; then the memory begins anew. */
const maxRemembered = 1_000;

interface Remembered {
  readonly host: PreparedField | undefined;
  readonly scheme: Scheme;
  readonly strippedPrefix: string;
  readonly fields: Headers;
}

/** Writes the fields that tell an upstream who asked, for what host, and how. */
export class ForwardingFields {
  readonly #options: ForwardingOptions;
  readonly #off: boolean;
  readonly #trusted: TrustedProxies;
  /** By client address: a client that comes again costs no new text. */
  readonly #remembered = new Map<string, Remembered>();

  /** Throws ERR_TRUSTED_PROXY_INVALID. */
  constructor(options: ForwardingOptions = {}) {
    this.#options = options;
    this.#off = options.mode === "off";
    this.#trusted = new TrustedProxies(options.trustedProxies);
  }

  /** To be called before Host is changed. `scheme` is what the client used. */
  write(request: HttpRequest, context: ForwardingContext, scheme: Scheme): void {
    if (this.#off) return;
    const { headers } = request;
    if ((headers.knownMask & family) !== 0) {
      if (this.#options.mode === "append" || this.#trusted.has(peerOf(context)))
        return this.#appendTo(headers, context, scheme);
      headers.deleteAllOf(family);
    }
    headers.appendAllOf(this.#fieldsFor(headers, context, scheme));
  }

  /** Whether the request comes from a trusted proxy. */
  trusts(context: ForwardingContext): boolean {
    return this.#trusted.has(peerOf(context));
  }

  #fieldsFor(headers: Headers, context: ForwardingContext, scheme: Scheme): Headers {
    const peer = peerOf(context);
    const strippedPrefix = this.#options.prefix === true ? context.matchedRoute.strippedPrefix : "";
    const key = peer.type === "unix" ? "" : peer.host;
    const known = this.#remembered.get(key);
    if (
      known !== undefined &&
      hasHost(headers, known.host) &&
      known.scheme === scheme &&
      known.strippedPrefix === strippedPrefix
    )
      return known.fields;
    const address = plainHost(key);
    const host = headers.get("host");
    const fields = new Headers();
    if (address !== "") fields.append("X-Forwarded-For", address);
    fields.append("X-Forwarded-Proto", scheme);
    if (host !== undefined) fields.append("X-Forwarded-Host", host);
    if (this.#options.port === true) fields.append("X-Forwarded-Port", portOf(host, scheme));
    if (strippedPrefix !== "") fields.append("X-Forwarded-Prefix", strippedPrefix);
    if (this.#options.realIp === true && address !== "") fields.append("X-Real-IP", address);
    if (this.#options.rfc7239 !== false)
      fields.append(
        "Forwarded",
        formatElement({ for: address || "unknown", proto: scheme, host: host ?? "" }),
      );
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
    const hostField = host === undefined ? undefined : new PreparedField("Host", host);
    this.#remembered.set(key, { host: hostField, scheme, strippedPrefix, fields: fields.prepare() });
    return fields;
  }

  /** Adds to what was told. */
  #appendTo(headers: Headers, context: ForwardingContext, scheme: Scheme): void {
    const { port, prefix, realIp, rfc7239 } = this.#options;
    const { strippedPrefix } = context.matchedRoute;
    const peer = peerOf(context);
    const address = addressOf(peer);
    const believed = { trusted: this.#trusted, anybody: !this.#trusted.has(peer) };
    const own = { address, host: headers.get("host"), scheme };
    appendForwarding(headers, own, { believed, rfc7239: rfc7239 !== false });
    const told = headers.get("x-forwarded-proto");
    if (port === true && told !== undefined && !headers.has("x-forwarded-port"))
      headers.set("X-Forwarded-Port", portOf(firstOf(headers.get("x-forwarded-host")), firstOf(told)));
    if (prefix === true && strippedPrefix !== "")
      headers.set("X-Forwarded-Prefix", `${headers.get("x-forwarded-prefix") ?? ""}${strippedPrefix}`);
    if (realIp === true) {
      const real = realAddress(headers, context) ?? address;
      if (real !== "") headers.set("X-Real-IP", real);
    }
  }
}

/** Looks at Host where it stands: nearly always it is what it was the last time, and needs no string. */
const hasHost = (headers: Headers, host: PreparedField | undefined): boolean =>
  host === undefined ? !headers.has("host") : headers.hasOnlyField(host);

/** Whom the connection comes from. */
const peerOf = (context: ForwardingContext): SocketAddress => context.remoteAddress ?? context.peerAddress;

/** Where no list said who asked, a proxy may have named the client alone. */
const realAddress = (headers: Headers, { clientAddress: client }: ForwardingContext): string | undefined =>
  client === undefined ? headers.get("x-real-ip") : addressOf(client);

const addressOf = (address: SocketAddress): string =>
  address.type === "unix" ? "" : plainHost(address.host);

/** The port of a Host, or that of its scheme. */
const portOf = (host: string | undefined, scheme: string): string =>
  /:(\d+)$/.exec(host ?? "")?.[1] ?? (scheme === "https" ? "443" : "80");
