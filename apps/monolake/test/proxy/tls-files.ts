import { createCertificate, type TemporaryFolder, type TestCertificate } from "@monolake/test-kit";

/** Signs the certificates of tests. */
export const authority: TestCertificate = createCertificate({ subject: "test authority", authority: true });

/** Writes `NAME.crt` and `NAME.key` into a folder, one after the other; gives what was made. */
export async function writeCertificate(
  folder: TemporaryFolder,
  name: string,
  made = createCertificate({ names: ["localhost"], issuer: authority }),
): Promise<TestCertificate> {
  await folder.write(`${name}.crt`, made.certificate);
  await folder.write(`${name}.key`, made.key);
  return made;
}
