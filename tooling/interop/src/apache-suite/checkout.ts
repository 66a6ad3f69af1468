import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { generate } from "../build.ts";
import { MissingError } from "../peer.ts";

/** What is replaced in a copied file; left out, `to` is nothing. */
export interface Edit {
  readonly from: RegExp;
  readonly to?: string;
}

/** A checkout of Apache Thrift. */
export class Checkout {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** An absolute path. Throws {@link MissingError} when the checkout does not have it. */
  path(name: string): string {
    const path = join(this.folder, name);
    if (!existsSync(path)) throw new MissingError(`${this.folder} has no ${name}`);
    return path;
  }

  /** Code for the test service without the type uuid, which Debian's compiler and libraries do not know. */
  async generate(language: string): Promise<string> {
    return generate(`suite-${language.split(":")[0]}`, language, this.path("test/v0.16/ThriftTest.thrift"));
  }

  /** Copies a file with the edits that it needs to run here. */
  copy(name: string, folder: string, edits: readonly Edit[] = []): void {
    const original = readFileSync(this.path(name), "utf8");
    const text = edits.reduce((rest, { from, to = "" }) => rest.replaceAll(from, to), original);
    writeFileSync(join(folder, basename(name)), text);
  }
}
