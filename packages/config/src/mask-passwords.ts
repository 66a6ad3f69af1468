/** The password of a URI: behind `//user:`, up to the last `@` of its authority. */
const password = /(?<=:\/\/[^\s"'/:@]*:)[^\s"'/]+(?=@)/g;

/**
 * Text of a file, fit for messages and logs: passwords in URIs are stars, as many as they have characters, so that columns stay
 * what they are.
 */
export const maskPasswords = (text: string): string =>
  text.replace(password, (secret) => "*".repeat(secret.length));
