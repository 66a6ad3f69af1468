import { secretKeySource } from "./secret-names.ts";

/** As far as they can be told without a parser, which has given up where something is wrong: up to the end, where none is found. */
const values = [
  '"""[\\s\\S]*?(?:"""|$)',
  "'''[\\s\\S]*?(?:'''|$)",
  String.raw`\[[^\]]*`,
  String.raw`"(?:[^"\\\n]|\\.)*`,
  String.raw`'[^'\n]*`,
  // Of YAML: a list, and text in several lines.
  String.raw`(?:\r?\n[ \t]*-[^\n]*)+`,
  String.raw`[|>][^\n]*(?:\n(?:[ \t]+[^\n]*)?)*`,
  String.raw`[^\s,}#][^,}\n]*`,
];
const secret = new RegExp(`(${secretKeySource})(${values.join("|")})`, "gi");
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/** Whether a text is, or has in it, a private key in PEM. */
export const hasPrivateKey = (text: string): boolean => /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);

/** One reference and no default: it says where the secret is, and not what it is. */
const reference = /^["']?\$\{(?:env:\w+|file:[^}]+)\}["']?\s*$/;

/** Text of a configuration, with stars for private keys and for the values of keys that are called like secrets. */
export const maskSecrets = (text: string): string =>
  text
    .replace(privateKey, stars)
    .replace(secret, (all, key: string, value: string) => (reference.test(value) ? all : key + stars(value)));

/** As many as there are characters; quotes, brackets and what ends a line stay, so that a text keeps its form. */
export const stars = (text: string): string => text.replace(/[^\s"'[\]{},]/g, "*");
