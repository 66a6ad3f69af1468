import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createCertificate, type KeyKind } from "../src/index.ts";

const kinds: readonly KeyKind[] = ["ec", "ec-p384", "ed25519", "rsa"];

describe.each(kinds)("a certificate with a key of kind %s", (kind) => {
  it("is signed by its issuer and fits its key", () => {
    const authority = createCertificate({ subject: "authority", authority: true, kind });
    const made = createCertificate({ names: ["*.example.org", "127.0.0.1"], kind, issuer: authority });
    const certificate = new X509Certificate(made.certificate);
    const issuer = new X509Certificate(authority.certificate);
    expect(certificate.checkIssued(issuer)).toBe(true);
    expect(certificate.verify(issuer.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(made.privateKey)).toBe(true);
    expect([certificate.checkHost("a.example.org"), certificate.checkIP("127.0.0.1")]).toEqual([
      "*.example.org",
      "127.0.0.1",
    ]);
    expect([certificate.ca, issuer.ca]).toEqual([false, true]);
  });
});
