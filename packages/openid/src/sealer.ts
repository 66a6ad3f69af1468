import { createHash, hkdfSync } from "node:crypto";
import { EncryptJWT, type JWTPayload, jwtDecrypt } from "jose";

/** What a sealed text is for: one for a login is no session. */
export type SealPurpose = "login" | "session";

interface SealKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

const algorithm = { alg: "dir", enc: "A256GCM" } as const;

/** What keys are made of. */
export interface SealerOptions {
  /** The first one seals; all of them open, so that a new one can be put in front. */
  readonly secrets: readonly string[];
  /** What is sealed for one realm cannot be opened in another, also with the same secrets. */
  readonly realm: string;
}

/** Encrypts and authenticates what browsers keep for us (JWE, AES-256-GCM), with an end that is part of it. */
export class Sealer {
  readonly #keys: readonly SealKey[];

  constructor({ secrets, realm }: SealerOptions) {
    this.#keys = secrets.map((secret) => keyFrom(secret, realm));
  }

  seal(purpose: SealPurpose, content: unknown, maxAgeSeconds: number): Promise<string> {
    const { id, bytes } = this.#keys[0] as SealKey;
    const now = Math.floor(Date.now() / 1000);
    return new EncryptJWT({ content })
      .setProtectedHeader({ ...algorithm, kid: id })
      .setAudience(purpose)
      .setIssuedAt(now)
      .setExpirationTime(now + maxAgeSeconds)
      .encrypt(bytes);
  }

  /** The content; undefined when it was not sealed here for this purpose, was changed, or is too old. */
  async open(purpose: SealPurpose, sealed: string): Promise<unknown> {
    try {
      const { payload } = await jwtDecrypt<JWTPayload>(sealed, ({ kid }) => this.#key(kid), {
        audience: purpose,
        keyManagementAlgorithms: [algorithm.alg],
        contentEncryptionAlgorithms: [algorithm.enc],
        requiredClaims: ["exp"],
      });
      return payload["content"];
    } catch {
      return undefined;
    }
  }

  #key(id: string | undefined): Uint8Array {
    const key = this.#keys.find((candidate) => candidate.id === id);
    if (key === undefined) throw new Error("sealed with another key");
    return key.bytes;
  }
}

function keyFrom(secret: string, realm: string): SealKey {
  const bytes = new Uint8Array(hkdfSync("sha256", secret, "", `monolake openid ${realm}`, 32));
  const id = createHash("sha256").update(bytes).digest("base64url").slice(0, 8);
  return { id, bytes };
}
