import { type MakeService, makeLayered, type Service } from "@monolake/service-async";

/**
 * Answers nothing, whatever the services inside answer: makes one kind of service of many, where only the end of a call
 * counts. Their responses must hold nothing that has to be freed. Made by the layer {@link eraseResponse}.
 */
export class EraseResponse<in Request, in Context extends object> implements Service<Request, void, Context> {
  readonly inner: Service<Request, unknown, Context>;

  constructor(inner: Service<Request, unknown, Context>) {
    this.inner = inner;
  }

  call(request: Request, context: Context): Promise<void> {
    return this.inner.call(request, context).then(nothing);
  }
}

const nothing = (): void => undefined;

/** The layer of {@link EraseResponse}. */
export const eraseResponse = <Request, Context extends object>(
  _config: unknown,
  inner: MakeService<Service<Request, unknown, Context>>,
): MakeService<EraseResponse<Request, Context>> =>
  makeLayered(EraseResponse<Request, Context>, inner, (next) => new EraseResponse(next));
