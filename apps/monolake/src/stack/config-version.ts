import type { HttpHandler, HttpRequest, HttpResponse } from "@monolake/http";
import { type MakeService, makeLayered } from "@monolake/service-async";

/** What responses tell of the configuration that they were made with. */
export interface ConfigVersionOptions {
  /** Counts the configurations that were applied, from 1. */
  readonly number: number;
}

/** Names in every response the version of the configuration that its server was last changed with, for debugging. */
export class ConfigVersion<Context extends object> implements HttpHandler<Context> {
  readonly inner: HttpHandler<Context>;
  readonly #version: string;

  constructor(inner: HttpHandler<Context>, { number }: ConfigVersionOptions) {
    this.inner = inner;
    this.#version = `${number}`;
  }

  async call(request: HttpRequest, context: Context): Promise<HttpResponse> {
    const response = await this.inner.call(request, context);
    // In the place of what an upstream says, which may be a proxy of the same kind.
    response.headers.set("X-Monolake-Config-Version", this.#version);
    return response;
  }
}

/** The layer of {@link ConfigVersion}. */
export const configVersion = <Context extends object>(
  options: ConfigVersionOptions,
  inner: MakeService<HttpHandler<Context>>,
): MakeService<ConfigVersion<Context>> =>
  makeLayered(ConfigVersion<Context>, inner, (next) => new ConfigVersion(next, options));
