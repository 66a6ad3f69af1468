/** What is shown of a value that is a secret. */
export const hiddenValue = "***";

const kindsOfKeys =
  "access|account|api|auth|encryption|master|private|secret|session|shared|signing|subscription";
const endings = `secrets?|passwords?|passwd|pwd|passphrase|tokens?|authorization|credentials?|cookie|(?:${kindsOfKeys})[-_]?keys?`;
const secretName = new RegExp(`(?:${endings})$`, "i");

/** Whether a key, or a header field, is called like what should not be shown, where a file has it in plain text. */
export const isSecretName = (name: string | number | undefined): boolean => secretName.test(String(name));

/** The end of such a key where a text gives it a value, whatever its format. */
export const secretKeySource = `(?:${endings})["']?[ \\t]*[=:][ \\t]*`;
