import type { HttpContext, HttpExchange, HttpRequest } from "@monolake/http";
import { type MakeService, type MayHave, makeLayered, type Service } from "@monolake/service-async";
import type { ByteStream } from "@monolake/streams";
import { type AccessLog, type AccessLogOptions, type accessLog, createAccessLog } from "./access-log.ts";

/**
 * Gives each connection the access log of its server. Stands above the HTTP core, whose options get
 * {@link accessLogHooks}; the core tells the log of the requests that no service saw, too.
 */
export class AccessLogging<Response, Context extends object>
  implements Service<ByteStream, Response, Context>
{
  readonly inner: Service<ByteStream, Response, Context>;
  /** Of all connections of this service; a successor takes its writer over. */
  readonly log: AccessLog;

  /** The log belongs to the service. */
  constructor(inner: Service<ByteStream, Response, Context>, log: AccessLog) {
    this.inner = inner;
    this.log = log;
  }

  call(stream: ByteStream, context: Context): Promise<Response> {
    // As `provide` does, for a slot that nobody has to have.
    (context as { accessLog?: AccessLog }).accessLog = this.log;
    return this.inner.call(stream, context);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.log[Symbol.asyncDispose]();
  }
}

/**
 * The layer of {@link AccessLogging}, for a stack whose servers may do without: `optionalLayer` selects its options. A
 * successor that logs to the same target goes on with the writer of its predecessor.
 * Rejects with ERR_ACCESS_LOG_FORMAT and ERR_ACCESS_LOG_OPEN.
 */
export const accessLogging = <Response, Context extends object>(
  options: AccessLogOptions,
  inner: MakeService<Service<ByteStream, Response, Context>>,
): MakeService<AccessLogging<Response, Context>> =>
  makeLayered(
    AccessLogging<Response, Context>,
    inner,
    async (next, previous) => new AccessLogging(next, await createAccessLog(options, previous?.log)),
  );

const logOf = (context: HttpContext): AccessLog | undefined =>
  (context as MayHave<typeof accessLog>).accessLog;

/** Options of the HTTP core that tell a connection's access log of its requests. */
export const accessLogHooks = {
  onRequest: (request: HttpRequest, context: HttpContext): void => logOf(context)?.begin(request, context),
  onExchange: (exchange: HttpExchange): void => logOf(exchange.context)?.end(exchange),
} as const;
