const reasons: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "this user has no right to it",
  EPERM: "this user has no right to it",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is no directory",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "too many symbolic links lead to it",
  EROFS: "it is on a file system that is read-only",
};

/** Why something cannot be done with a file, in words. */
export function fileReason(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return reasons[code] ?? message;
}
