import { createSecureContext } from "node:tls";
import { expects } from "@monolake/config";
import { z } from "zod";
import { fileNameSchema } from "./file-name-schema.ts";
import { isHost } from "./network-address.ts";
import { secondsSchema } from "./seconds-schema.ts";

const chain = fileNameSchema.describe("PEM file with the certificate and its intermediates");
const key = fileNameSchema.describe("PEM file with the private key, not encrypted");
const version = z.enum(["1.2", "1.3"]);

const certificateSchema = z.strictObject({
  chain,
  key,
  names: z
    .array(
      z
        .string()
        .refine(
          (name) => isHost(name.replace(/^\*\./, "")),
          expects('a host name such as "example.org" or "*.example.org"'),
        ),
    )
    .min(1)
    .optional()
    .describe("Host names it is shown for, *.example.org for one more label; those in it when left out"),
});

const clientCertificatesSchema = z.strictObject({
  mode: z.enum(["off", "optional", "required"]).default("required").describe("Whether clients show one"),
  ca: fileNameSchema.describe("PEM file with the certificates of those who issue them"),
  forward: z
    .boolean()
    .default(false)
    .describe("HTTP: upstreams get the certificate in the field Client-Cert (RFC 9440)"),
});

/** `tls` of a server. Relative paths start from the working directory. */
export const tlsSchema = z
  .strictObject({
    chain: chain.describe("As `certificates`, for clients that ask for none of them"),
    key,
    stack: z.enum(["rustls", "native_tls"]).optional().describe("Without effect: there is one TLS stack"),
    certificates: z
      .array(certificateSchema)
      .default([])
      .describe("More of them, by the name that a client asks for"),
    min_version: version.default("1.2").describe("The oldest version of TLS"),
    max_version: version.default("1.3").describe("The newest version of TLS"),
    ciphers: z
      .string()
      .refine(areCiphers, expects("names of ciphers as OpenSSL has them, with colons between"))
      .optional()
      .describe("Best first; those with forward secrecy and authenticated encryption when left out"),
    client_certificates: clientCertificatesSchema.optional().describe("Clients are asked for a certificate"),
    handshake_timeout_sec: secondsSchema
      .default(10)
      .describe("From the first byte to the end of the handshake"),
    max_handshakes: z
      .int()
      .min(1)
      .default(4096)
      .describe("Handshakes of one worker in progress; connections beyond are closed"),
    session_tickets: z.boolean().default(true).describe("Clients may go on with an earlier session"),
    ticket_rotation_sec: secondsSchema
      .default(43_200)
      .describe("How often the key of session tickets is changed; sessions from before need a handshake"),
  })
  .superRefine(({ min_version: min, max_version: max }, context) => {
    if (min > max) context.addIssue({ code: "custom", path: ["max_version"], ...expects(`at least ${min}`) });
  });

/** `tls` of an upstream. */
export const upstreamTlsSchema = z
  .strictObject({
    verify: z
      .boolean()
      .default(true)
      .describe("false takes any certificate: whoever is on the way can read and change everything"),
    server_name: z
      .string()
      .refine(isHost, expects('a host name such as "example.org"'))
      .optional()
      .describe("Asked for and compared with the certificate; the host of the endpoint when left out"),
    ca: fileNameSchema.optional().describe("PEM file; who may have issued the certificate, nobody else"),
    chain: chain.optional().describe("PEM file with the own certificate, for upstreams that ask for one"),
    key: key.optional(),
    min_version: version.default("1.2").describe("The oldest version of TLS"),
  })
  .superRefine(({ chain: own, key: ownKey }, context) => {
    if ((own === undefined) === (ownKey === undefined)) return;
    const [path, other] = own === undefined ? ["chain", "key"] : ["key", "chain"];
    context.addIssue({
      code: "custom",
      path: [],
      message: `missing key "${path}": expected beside "${other}"`,
    });
  });

function areCiphers(ciphers: string): boolean {
  // OpenSSL would read up to the zero.
  if (ciphers === "" || ciphers.includes("\0")) return false;
  try {
    createSecureContext({ ciphers });
    return true;
  } catch {
    return false;
  }
}
