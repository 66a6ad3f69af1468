const longestTarget = 2048;

/**
 * Where somebody goes after a login: what they asked for, if it is a place of this host. `//host` and `/\host` are others for
 * browsers, so that a link here would lead there (open redirect).
 */
export const returnTarget = (target: string): string =>
  target.length <= longestTarget && /^\/(?![/\\])[\x21-\x7e]*$/.test(target) && !target.includes("\\")
    ? target
    : "/";
