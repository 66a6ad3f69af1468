import { defineConfig } from "tsup";

/**
 * The build of every package: ES modules for the Node versions that `engines` names, with declarations and source maps.
 * @param {{ entry: string[] | Record<string, string>, noExternal?: string[] }} options
 */
export const library = ({ entry, noExternal = [] }) =>
  defineConfig({
    entry,
    noExternal,
    format: ["esm"],
    target: "node22",
    platform: "node",
    dts: {
      compilerOptions: {
        allowImportingTsExtensions: true,
        noEmit: false,
        emitDeclarationOnly: true,
        ignoreDeprecations: "6.0",
      },
    },
    sourcemap: true,
    clean: true,
    treeshake: true,
    splitting: true,
    removeNodeProtocol: false,
  });
