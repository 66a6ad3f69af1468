import type { Socket } from "node:net";
import type {
  Acceptor,
  CreateListener,
  CreateService,
  ListenSpec,
  Logger,
  ServiceCommand,
  ServiceCommandOf,
  ServiceSpec,
} from "@monolake/core";

const createService: CreateService<Socket, { readonly label: string }> = ({ label }, worker) => ({
  make: async () => ({
    call: async (socket: Socket) => {
      worker.logger.info({ worker: worker.id }, label);
      socket.end();
    },
  }),
});
declare const acceptor: Acceptor<Socket>;
const createListener: CreateListener<Socket, { readonly port: number }> = async () => ({
  make: async () => acceptor,
});

export const service: ServiceSpec = { factory: createService, config: { label: "a" } };
export const listen: ListenSpec = { factory: createListener, config: { port: 0 } };
export const fromModule: ServiceSpec = { module: "file:///service.js", config: { label: "a" } };

// @ts-expect-error a listener is no service
export const wrongFactory: ServiceSpec = { factory: createListener, config: {} };
// @ts-expect-error a specification has a configuration, if only undefined
export const withoutConfig: ServiceSpec = { module: "file:///service.js" };
// @ts-expect-error a commit needs a listener
export const halfCommit: ServiceCommand = { type: "commit", site: "a" };
// @ts-expect-error an update carries nothing
export const update: ServiceCommandOf<"update"> = { type: "update", site: "a", service };

type NeedsAddress = { readonly call: (socket: Socket, context: { readonly peer: string }) => Promise<void> };
declare const needsAddress: NeedsAddress;
export const unprovided: CreateService<Socket> = () => ({
  // @ts-expect-error connections are called with an empty context, which has no peer
  make: async () => needsAddress,
});

/** What a pino logger's methods accept. */
interface PinoMethod {
  <Fields>(fields: Fields, message?: string, ...values: unknown[]): void;
  (message: string, ...values: unknown[]): void;
}
declare const pino: Record<"trace" | "debug" | "info" | "warn" | "error" | "fatal", PinoMethod> & {
  readonly level: string;
};
export const logger: Logger = pino;
