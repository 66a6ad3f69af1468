/** A file of this package, from the sources and from what is built of them. */
export const packageFile = (name: string): URL =>
  new URL(import.meta.url.endsWith(".ts") ? `../../${name}` : `../${name}`, import.meta.url);
