import { createResponse, type HttpHandler, type HttpRequest, type HttpResponse } from "@monolake/http";
import { contextKey, type MakeService, makeLayered } from "@monolake/service-async";

/** The slot of a context that says who asks. */
const account = contextKey<string>()("account");

/** Lets only requests with a known API key through, and says inside whose it is. */
export class CheckKey<Context extends object> implements HttpHandler<Omit<Context, "account">> {
  readonly inner: HttpHandler<Context>;
  readonly #accounts: ReadonlyMap<string, string>;

  constructor(inner: HttpHandler<Context>, accounts: Readonly<Record<string, string>>) {
    this.inner = inner;
    this.#accounts = new Map(Object.entries(accounts));
  }

  call(request: HttpRequest, context: Omit<Context, "account">): Promise<HttpResponse> {
    const name = this.#accounts.get(request.headers.get("x-api-key") ?? "");
    if (name === undefined) {
      request.body.cancel();
      return Promise.resolve(createResponse("a known X-Api-Key is needed\n", { status: 401 }));
    }
    request.headers.delete("x-api-key");
    request.headers.set("X-Account", name);
    return this.inner.call(request, Object.assign(context, { [account.name]: name }) as unknown as Context);
  }
}

/** The layer of {@link CheckKey}. */
export const checkKey = <Context extends object>(
  config: { readonly accounts: Readonly<Record<string, string>> },
  inner: MakeService<HttpHandler<Context>>,
): MakeService<CheckKey<Context>> =>
  makeLayered(CheckKey<Context>, inner, (next) => new CheckKey(next, config.accounts));
