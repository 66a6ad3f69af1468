import { isInReadMemory, type ReadMemory, readMemory, readMemoryStart } from "@monolake/streams";
import { recordSize } from "../headers/field-record.ts";
import { headMemory } from "../headers/head-memory.ts";
import { nameBytes, slotIds } from "../headers/known-fields.ts";
import { headScannerWasm } from "./head-scanner-wasm.ts";

/** What assembly/head-scanner.ts exports. */
interface Scanner {
  readonly scanFields: (start: number, end: number) => number;
  readonly scanRequest: (start: number, end: number) => number;
  readonly findTarget: (start: number, length: number) => number;
  readonly keepTarget: (start: number, length: number, place: number) => void;
}

/** What Connection says when that is one word: 1 is keep-alive, 2 is close. With 0 it has to be read, if there is one. */
type ConnectionWord = 0 | 1 | 2;

/** What {@link HeadScanner.findTarget} takes. */
export const longestKeptTarget = 63;

/** As far as it is used here: its declarations are among those of browsers. */
interface WebAssemblyGlobal {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Scanner };
}

// The layout of the scanner's memory, in numbers of 32 bits and in bytes, is that of assembly/head-scanner.ts.
const valuesFrom = 8;
const rowsFrom = 32;
const foundNumbers = 512;
const slotsAt = 2048;
const namesAt = 2176;

const nothingFound: Scanner = {
  scanFields: () => -1,
  scanRequest: () => -1,
  findTarget: () => -1,
  keepTarget: () => {},
};

function loadScanner(memory: ReadMemory): Scanner {
  const bytes = new Uint8Array(memory.buffer);
  // Another copy of this package has it, which may be another version: of the targets whose bytes are there, only that one has the strings.
  if (bytes.subarray(0, readMemoryStart).some((byte) => byte !== 0)) return nothingFound;
  bytes.set(slotIds, slotsAt);
  bytes.set(nameBytes, namesAt);
  const { WebAssembly: webAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyGlobal };
  try {
    const module = new webAssembly.Module(Buffer.from(headScannerWasm, "base64"));
    return new webAssembly.Instance(module, { env: { memory } }).exports;
  } catch {
    // A processor without its instructions for sixteen bytes at a time.
    return nothingFound;
  }
}

const { scanFields, scanRequest, findTarget, keepTarget } =
  readMemory === undefined ? nothingFound : loadScanner(readMemory);
const found = new Int32Array(readMemory?.buffer ?? new ArrayBuffer(foundNumbers * 4), 0, foundNumbers);

/**
 * Finds what stands in plain heads, where they were read: WebAssembly looks at sixteen bytes at a time, and all of its code fits into a
 * corner of the processor's cache. One object for all: read what it found before the next scan.
 */
class HeadScanner {
  /**
   * Where the head ends whose fields begin at `start`; below 0 when it is not all there, in other memory, or not as plain as this takes,
   * so that others have to look.
   */
  fields(bytes: Buffer, start: number, end: number): number {
    if (!isInReadMemory(bytes)) return -1;
    return scanFields(readMemoryStart + start, readMemoryStart + end) - readMemoryStart;
  }

  /** As `fields`, from the target of a request on. */
  request(bytes: Buffer, start: number, end: number): number {
    if (!isInReadMemory(bytes)) return -1;
    return scanRequest(readMemoryStart + start, readMemoryStart + end) - readMemoryStart;
  }

  get count(): number {
    return found[0] as number;
  }

  get knownMask(): number {
    return found[1] as number;
  }

  /** -1 when there is none. */
  get contentLength(): number {
    return found[2] as number;
  }

  get targetEnd(): number {
    return (found[3] as number) - readMemoryStart;
  }

  get minorVersion(): 0 | 1 {
    return found[4] as 0 | 1;
  }

  get connection(): ConnectionWord {
    return found[5] as ConnectionWord;
  }

  /** As `isNormalTarget` says. */
  get isTargetNormal(): boolean {
    return found[6] === 1;
  }

  /**
   * The place, of 256, of a target of at most {@link longestKeptTarget} bytes in a chunk that was scanned, when it is the one that was kept
   * there last; else -1 less the place, which is empty from then on.
   */
  findTarget(start: number, length: number): number {
    return findTarget(readMemoryStart + start, length);
  }

  /** Keeps a target in the empty place that {@link findTarget} said. */
  keepTarget(start: number, length: number, place: number): void {
    keepTarget(readMemoryStart + start, length, place);
  }

  /** Where the value begins of a judged field other than Host and Content-Length. */
  valueStart(id: number): number {
    return (found[valuesFrom + 2 * id] as number) - readMemoryStart;
  }

  valueEnd(id: number): number {
    return (found[valuesFrom + 2 * id + 1] as number) - readMemoryStart;
  }

  /** Puts the fields into the table of {@link headMemory}, where room was reserved. */
  copyRows(): void {
    const { table, tableUsed } = headMemory;
    const numbers = (found[0] as number) * recordSize;
    for (let index = 0; index < numbers; index++)
      table[tableUsed + index] = found[rowsFrom + index] as number;
  }
}

// Of a class: an object literal with getters is a dictionary to V8, and each look into it a call.
export const headScanner = new HeadScanner();
