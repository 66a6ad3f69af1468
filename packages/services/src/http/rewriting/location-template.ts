import { expand } from "./expand.ts";
import { halvesOf } from "./target-template.ts";
import { problemAt, type TemplatePart } from "./template.ts";
import type { TemplateValues } from "./template-values.ts";

/** The value of Location, made of a request: a path of this server, or a URL whose host is text, or the host that was asked. */
export class LocationTemplate {
  readonly #origin: string;
  readonly #sameHost: boolean;
  readonly #path: readonly TemplatePart[];
  readonly #query: readonly TemplatePart[] | undefined;

  /** Throws ERR_ROUTE_TEMPLATE_INVALID. */
  constructor(template: string, pattern: string) {
    const [origin = "", scheme, host] = /^(https?):\/\/([^/?]*)/i.exec(template) ?? [];
    const rest = template.slice(origin.length);
    if (scheme === undefined && (!rest.startsWith("/") || rest.startsWith("//")))
      throw problemAt(template, 0, "expected a path that begins with /, or a url with http or https");
    this.#sameHost = host !== undefined && /^\{host\}(?::\d{1,5})?$/.test(host);
    // Whoever could choose the host could send this server's visitors anywhere (open redirect).
    if (host !== undefined && !this.#sameHost && !/^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i.test(host))
      throw problemAt(
        template,
        `${scheme}://`.length,
        "expected a host that is text, or {host} with or without a port",
      );
    this.#origin = origin;
    const { path, query } = halvesOf(rest === "" ? "/" : rest.startsWith("?") ? `/${rest}` : rest, pattern);
    this.#path = path;
    this.#query = query;
  }

  /** Undefined when the request names no host that a URL could have. */
  expand(values: TemplateValues): string | undefined {
    const path = expand(this.#path, values, "path");
    const query = this.#query === undefined ? "" : `?${expand(this.#query, values, "query")}`;
    if (this.#origin === "") {
      // RFC 3986 section 3.3: two slashes would begin a host. With a dot in front it is the same path, of this host.
      return (path.startsWith("//") ? `/.${path}` : path) + query;
    }
    if (!this.#sameHost) return this.#origin + path + query;
    const host = values.variable("host");
    if (!/^(?:[\w.-]+|\[[\da-f:.]+\])$/.test(host)) return undefined;
    return this.#origin.replace("{host}", host) + path + query;
  }
}
