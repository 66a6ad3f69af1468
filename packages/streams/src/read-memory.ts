/** A `WebAssembly.Memory`, whose declarations are among those of browsers. */
export interface ReadMemory {
  readonly buffer: ArrayBuffer;
}

interface Global {
  readonly WebAssembly?: {
    readonly Memory: new (pages: { readonly initial: number; readonly maximum: number }) => ReadMemory;
  };
}

/** Three pages of 64 KiB; undefined where Node runs without WebAssembly (`--jitless`). */
export function allocateReadMemory(): ReadMemory | undefined {
  const { WebAssembly: webAssembly } = globalThis as unknown as Global;
  return webAssembly === undefined ? undefined : new webAssembly.Memory({ initial: 3, maximum: 3 });
}
