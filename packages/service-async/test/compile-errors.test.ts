import { fileURLToPath } from "node:url";
import ts from "typescript";
import { beforeAll, expect, it } from "vitest";

const folder = fileURLToPath(new URL("./", import.meta.url));

const header = `
import { FactoryStack, layerFn, optionalLayer, provide, type Forkable, type Has, type Service } from "@monolake/service-async";
import { AppContext, type Connection, type Request, config, httpCore, peerAddress, providePeer, timeout, upstream, user } from "./app.ts";
`;

/** Programs that must not compile, and the last line of what the compiler says about them. */
const cases: Readonly<Record<string, { readonly source: string; readonly lastLine: string }>> = {
  "a slot that no layer provides": {
    source: `FactoryStack.of(config, upstream).push(timeout).push(httpCore).check<Connection, AppContext>();`,
    lastLine: `Property 'peerAddress' is optional in type 'FilledSlots<AppContext>' but required in type '{ readonly peerAddress: PeerAddress; }'.`,
  },
  "a slot that the context has not got": {
    source: `FactoryStack.of(config, upstream).push(timeout).check<Request>();`,
    lastLine: `Property 'peerAddress' is missing in type '{}' but required in type '{ readonly peerAddress: PeerAddress; }'.`,
  },
  "a slot that only a layer further in provides": {
    source: `FactoryStack.of(config, upstream).push(httpCore).push(providePeer)
      .push(layerFn((inner: Service<Connection, unknown, Forkable>) => (request: Connection, context: Forkable & Has<typeof user>) => inner.call(request, context)))
      .check<Connection, AppContext>();`,
    lastLine: `Property 'user' is optional in type 'FilledSlots<AppContext>' but required in type '{ readonly user: string; }'.`,
  },
  "a slot that is filled only when an optional layer is there": {
    source: `FactoryStack.of(config, upstream).push(httpCore).push(optionalLayer(true, providePeer)).check<Connection, AppContext>();`,
    lastLine: `Property 'peerAddress' is optional in type 'FilledSlots<AppContext>' but required in type '{ readonly peerAddress: PeerAddress; }'.`,
  },
  "a slot that is filled with something else": {
    source: `provide(peerAddress, (_: Request) => "text");`,
    lastLine: `Type 'string' is not assignable to type 'PeerAddress'.`,
  },
  "a context that cannot be forked": {
    source: `FactoryStack.of(config, upstream).push(httpCore).push(providePeer).check<Connection>();`,
    lastLine: `Property 'fork' is missing in type '{}' but required in type 'Forkable'.`,
  },
  "requests that the outermost layer does not take": {
    source: `FactoryStack.of(config, upstream).push(httpCore).push(providePeer).check<Request, AppContext>();`,
    lastLine: `Type 'Request' is missing the following properties from type 'Connection': peer, paths`,
  },
  "a layer for other requests than those of the layer inside": {
    source: `FactoryStack.of(config, upstream).push(providePeer);`,
    lastLine: `Property 'path' is missing in type 'Connection' but required in type 'Request'.`,
  },
  "a configuration that lacks what a layer needs": {
    source: `FactoryStack.of({ timeoutMs: 1 }, upstream).push(httpCore);`,
    lastLine: `Property 'keepAliveMs' is missing in type '{ timeoutMs: number; }' but required in type '{ readonly keepAliveMs: number; }'.`,
  },
  "a service that needs more of the context than its type says": {
    source: `export const service: Service<Request, unknown> = { call: async (_: Request, context: Has<typeof user>) => context.user };`,
    lastLine: `Property 'user' is missing in type '{}' but required in type '{ readonly user: string; }'.`,
  },
  "erasing to a context in which a slot is empty": {
    source: `FactoryStack.of(config, upstream).push(httpCore).erase<Connection, readonly string[], AppContext>();`,
    lastLine: `Property 'peerAddress' is optional in type 'FilledSlots<AppContext>' but required in type '{ readonly peerAddress: PeerAddress; }'.`,
  },
};

const fileOf = (name: string): string => `${folder}${name.replaceAll(" ", "-")}.case.ts`;

/** For each file the messages about it, each as its lines. */
let messages: Map<string, string[][]>;

beforeAll(() => {
  const sources = new Map(Object.entries(cases).map(([name, { source }]) => [fileOf(name), header + source]));
  const parsed = ts.getParsedCommandLineOfConfigFile(
    `${folder}../tsconfig.json`,
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => expect.unreachable(String(diagnostic.messageText)),
    },
  );
  const options = { ...parsed?.options, noUnusedLocals: false };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => sources.has(path) || fileExists(path);
  host.readFile = (path) => sources.get(path) ?? readFile(path);
  const program = ts.createProgram([...sources.keys()], options, host);
  messages = new Map(
    program
      .getSourceFiles()
      .map((file) => [
        file.fileName,
        program
          .getSemanticDiagnostics(file)
          .map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n").split("\n")),
      ]),
  );
});

it.each(Object.keys(cases))("does not compile: %s", (name) => {
  const found = messages.get(fileOf(name));
  expect(found).toHaveLength(1);
  expect(found?.[0]?.at(-1)?.trim()).toBe(cases[name]?.lastLine);
});

it("compiles everything else", () => {
  const others = [...messages].filter(([file, found]) => !file.endsWith(".case.ts") && found.length > 0);
  expect(others).toEqual([]);
});
