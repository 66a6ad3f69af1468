const reasons: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "this user has no right to it",
  EPERM: "this user has no right to it",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is no directory",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "too many symbolic links lead to it",
  EROFS: "it is on a file system that is read-only",
  ENXIO: "it is a socket, or a device that is not there",
  EAGAIN: "it is a pipe, and nothing comes out of it",
};

/** Why something cannot be done with a file or a folder, in words; the message of an error of another kind. */
export function fileReason(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return reasons[code] ?? message;
}
