/** What is shown of a value that is a secret. */
export const hiddenValue = "***";

/** Whether a key, or a header field, is called like what should not be shown, where a file has it in plain text. */
export const isSecretName = (name: string | number | undefined): boolean =>
  /(?:^|[-_])(?:secrets?|passwords?|tokens?|authorization|cookie|api[-_]?key)$/i.test(String(name));
