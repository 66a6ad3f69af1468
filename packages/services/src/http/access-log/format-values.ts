const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const twoDigits = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, "0"));
const threeDigits = Array.from({ length: 1000 }, (_, value) => String(value).padStart(3, "0"));

/** Milliseconds with three decimals: `12.034`. */
export function formatMs(ms: number): string {
  const microseconds = ms > 0 ? Math.round(ms * 1000) : 0;
  const whole = Math.floor(microseconds / 1000);
  return `${whole}.${threeDigits[microseconds - whole * 1000]}`;
}

/** Both texts of a second; most requests of a busy log are in the same one. */
let second = Number.NaN;
let clfText = "";
let isoText = "";

function useSecond(epochMs: number): void {
  const wanted = Math.floor(epochMs / 1000);
  if (wanted === second) return;
  const date = new Date(wanted * 1000);
  isoText = date.toISOString().slice(0, -4);
  const day = twoDigits[date.getUTCDate()];
  clfText = `${day}/${months[date.getUTCMonth()]}/${date.getUTCFullYear()}:${isoText.slice(11, 19)} +0000`;
  second = wanted;
}

/** `23/Nov/2026:02:18:07 +0000`: the time of the Common Log Format, in UTC. */
export function formatClfTime(epochMs: number): string {
  useSecond(epochMs);
  return clfText;
}

/** `2026-11-23T02:18:07.123Z` (RFC 3339). */
export function formatIsoTime(epochMs: number): string {
  useSecond(epochMs);
  return `${isoText}${threeDigits[Math.floor(epochMs) - second * 1000]}Z`;
}

/** A target or a URL without what follows the first `?`. */
export function withoutQuery(text: string): string {
  const at = text.indexOf("?");
  return at === -1 ? text : text.slice(0, at);
}
