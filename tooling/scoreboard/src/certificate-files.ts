import { createCertificate, type TestCertificate, temporaryFolder } from "@monolake/test-kit";

/** A certificate for localhost in files, which can be replaced. */
export interface CertificateFiles extends AsyncDisposable {
  /** Of the configuration of a server. */
  readonly lines: string;
  /** Who has issued it, as PEM. */
  readonly ca: string;
  /** Puts another one in its place, the key after the chain. */
  readonly replace: () => Promise<TestCertificate>;
}

/** Makes one. */
export async function certificateFiles(): Promise<CertificateFiles> {
  const folder = await temporaryFolder();
  const authority = createCertificate({ subject: "scoreboard authority", authority: true });
  const replace = async () => {
    const made = createCertificate({ names: ["localhost"], issuer: authority });
    await folder.write("server.crt", made.certificate);
    await folder.write("server.key", made.key);
    return made;
  };
  await replace();
  return {
    lines: `tls = { chain = "${folder.path}/server.crt", key = "${folder.path}/server.key" }`,
    ca: authority.certificate,
    replace,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
