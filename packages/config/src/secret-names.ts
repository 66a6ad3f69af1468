/** What is shown of a value that is a secret. */
export const hiddenValue = "***";

const endings =
  "secrets?|passwords?|passwd|passphrase|tokens?|authorization|credentials?|cookie|(?:api|access|private|secret|signing|encryption)[-_]?keys?";
const secretName = new RegExp(`(?:${endings})$`, "i");

/** Whether a key, or a header field, is called like what should not be shown, where a file has it in plain text. */
export const isSecretName = (name: string | number | undefined): boolean => secretName.test(String(name));

/** The end of such a key where a text gives it a value, whatever its format. */
export const secretKeySource = `(?:${endings})["']?[ \\t]*[=:][ \\t]*`;
