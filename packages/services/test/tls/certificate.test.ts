import { generateKeyPairSync } from "node:crypto";
import { createCertificate } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { tcpEcho } from "../../src/tcp/index.ts";
import { certificateFacts, TlsTermination } from "../../src/tls/index.ts";

const made = createCertificate({ names: ["A.test", "*.a.test", "127.0.0.1"] });
const chain = made.certificate;
const { key } = made;

const garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

describe("the facts of a certificate", () => {
  it("are its host names and its time", () => {
    const facts = certificateFacts({ chain, key });
    expect(facts.names).toEqual(["a.test", "*.a.test"]);
    expect(facts.validTo.getTime()).toBeGreaterThan(Date.now());
    const old = createCertificate({ subject: "common.name" });
    expect(certificateFacts({ chain: old.certificate, key: old.key }).names).toEqual(["common.name"]);
  });

  it.each([
    ["chain", "there is no PEM certificate", { chain: key, key }],
    ["chain", "certificate 2 cannot be read", { chain: chain + garbage, key }],
    ["key", "there is no PEM private key", { chain, key: chain }],
    ["key", "cannot be read", { chain, key: garbage.replaceAll("CERTIFICATE", "PRIVATE KEY") }],
    ["key", "does not belong to the first certificate", { chain, key: createCertificate().key }],
  ] as const)("name the part that is at fault: %s, because %s", (part, reason, certificate) => {
    expect(() => certificateFacts(certificate)).toThrow(
      expect.objectContaining({ code: "ERR_TLS_CERTIFICATE", part, reason: expect.stringContaining(reason) }),
    );
  });

  it("say of a key that is too short that OpenSSL refuses it, unless the ciphers lower its security level", () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 512 });
    const weak = createCertificate({ privateKey });
    const short = { chain: weak.certificate, key: weak.key };
    expect(() => certificateFacts(short)).toThrow(
      expect.objectContaining({
        part: "chain",
        reason: "OpenSSL refuses the certificate: ee key too small",
      }),
    );
    expect(certificateFacts(short, "DEFAULT:@SECLEVEL=0").names).toEqual(["test"]);
  });

  it("say of an encrypted key that it is encrypted, in both forms", () => {
    const pkcs8 = made.privateKey.export({
      type: "pkcs8",
      format: "pem",
      cipher: "aes-128-cbc",
      passphrase: "x",
    }) as string;
    const sec1 = made.privateKey.export({
      type: "sec1",
      format: "pem",
      cipher: "aes-128-cbc",
      passphrase: "x",
    }) as string;
    for (const encrypted of [pkcs8, sec1])
      expect(() => certificateFacts({ chain, key: encrypted })).toThrow(/encrypted with a passphrase/);
  });
});

describe("a TLS service", () => {
  it("is not made without a certificate, or with options that OpenSSL refuses", async () => {
    const echo = await tcpEcho().make();
    const refused = expect.objectContaining({ code: "ERR_TLS_CERTIFICATE" });
    expect(() => new TlsTermination(echo, { certificates: [] })).toThrow(refused);
    expect(() => new TlsTermination(echo, { certificates: [{ chain, key }], ciphers: "NONE" })).toThrow(
      refused,
    );
  });
});
