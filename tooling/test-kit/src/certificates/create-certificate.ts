import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import { isIP } from "node:net";
import * as der from "./der.ts";

/** The kinds of key that certificates have. */
export type KeyKind = "ec" | "ec-p384" | "ed25519" | "rsa";

/** A certificate and its key. */
export interface TestCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS#8. */
  readonly key: string;
  readonly privateKey: KeyObject;
  readonly subject: string;
}

/** What a certificate says. */
export interface CertificateOptions {
  /** Common name of the subject. Default: the first of `names`, or "test". */
  readonly subject?: string;
  /** Host names and addresses it is for. */
  readonly names?: readonly string[];
  /** Default "ec". */
  readonly kind?: KeyKind;
  /** Who signs. Default: itself. */
  readonly issuer?: TestCertificate;
  /** It may sign others. */
  readonly authority?: boolean;
  /** Default: since an hour, for a year. */
  readonly validFrom?: Date;
  readonly validTo?: Date;
  /** A key that is there already. */
  readonly privateKey?: KeyObject;
}

const hourMs = 3_600_000;

/** Makes a certificate, and a key for it: valid, signed, and good for servers and clients. */
export function createCertificate(options: CertificateOptions = {}): TestCertificate {
  const { names = [], kind = "ec", authority = false } = options;
  const subject = options.subject ?? names[0] ?? "test";
  const privateKey = options.privateKey ?? newKey(kind);
  const signer = options.issuer?.privateKey ?? privateKey;
  const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  const signerSpki = createPublicKey(signer).export({ type: "spki", format: "der" });
  const algorithm = signatureAlgorithm(signer);
  const serial = randomBytes(16);
  serial[0] = 0x4a;
  const body = der.sequence(
    der.tagged(0, der.integer(Buffer.from([2]))),
    der.integer(serial),
    algorithm.id,
    commonName(options.issuer?.subject ?? subject),
    der.sequence(
      der.time(options.validFrom ?? new Date(Date.now() - hourMs)),
      der.time(options.validTo ?? new Date(Date.now() + 365 * 24 * hourMs)),
    ),
    commonName(subject),
    spki,
    der.tagged(3, der.sequence(...extensions({ names, authority, spki, signerSpki }))),
  );
  const signature = sign(algorithm.hash, body, signer);
  const bytes = der.sequence(body, algorithm.id, der.bitString(signature));
  return {
    certificate: pem("CERTIFICATE", bytes),
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    privateKey,
    subject,
  };
}

function newKey(kind: KeyKind): KeyObject {
  switch (kind) {
    case "rsa":
      return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    case "ed25519":
      return generateKeyPairSync("ed25519").privateKey;
    case "ec-p384":
      return generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
    case "ec":
      return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    default: {
      const never: never = kind;
      throw new TypeError(`unknown kind of key ${never}`);
    }
  }
}

/** RFC 5758, 8410 and 4055. */
function signatureAlgorithm({ asymmetricKeyType }: KeyObject): {
  readonly id: Buffer;
  readonly hash: string | null;
} {
  if (asymmetricKeyType === "ed25519") return { id: der.sequence(der.objectId("1.3.101.112")), hash: null };
  if (asymmetricKeyType === "ec")
    return { id: der.sequence(der.objectId("1.2.840.10045.4.3.2")), hash: "sha256" };
  const none = Buffer.from([0x05, 0x00]);
  return { id: der.sequence(der.objectId("1.2.840.113549.1.1.11"), none), hash: "sha256" };
}

const commonName = (name: string): Buffer =>
  der.sequence(der.set(der.sequence(der.objectId("2.5.4.3"), der.utf8String(name))));

interface ExtensionFacts {
  readonly names: readonly string[];
  readonly authority: boolean;
  readonly spki: Buffer;
  readonly signerSpki: Buffer;
}

/** RFC 5280 §4.2. */
function extensions({ names, authority, spki, signerSpki }: ExtensionFacts): Buffer[] {
  const constraints = authority ? der.sequence(der.boolean(true)) : der.sequence();
  // keyCertSign and cRLSign, or digitalSignature.
  const usage = authority ? der.bitString(Buffer.from([0x06]), 1) : der.bitString(Buffer.from([0x80]), 7);
  const serverAndClient = der.sequence(der.objectId("1.3.6.1.5.5.7.3.1"), der.objectId("1.3.6.1.5.5.7.3.2"));
  return [
    extension("2.5.29.19", constraints, true),
    extension("2.5.29.15", usage, true),
    extension("2.5.29.14", der.octetString(keyId(spki))),
    extension("2.5.29.35", der.sequence(der.implicit(0, keyId(signerSpki)))),
    ...(authority ? [] : [extension("2.5.29.37", serverAndClient)]),
    ...(names.length === 0 ? [] : [extension("2.5.29.17", der.sequence(...names.map(generalName)))]),
  ];
}

const keyId = (spki: Buffer): Buffer => createHash("sha1").update(spki).digest();

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  der.sequence(der.objectId(id), ...(critical ? [der.boolean(true)] : []), der.octetString(value));

function generalName(name: string): Buffer {
  return isIP(name) === 4
    ? der.implicit(7, Buffer.from(name.split(".").map(Number)))
    : der.implicit(2, Buffer.from(name));
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
