/** ISO 8601 durations, and the loose forms that AWS's own examples use (`30d`, `T16m`). */

const MILLISECONDS = { W: 604_800_000, D: 86_400_000, H: 3_600_000, M: 60_000, S: 1_000 } as const;
/** Calendar units are taken at AWS's cache granularity: a year is 365 days, a month 30. */
const YEAR = 365 * MILLISECONDS.D;
const MONTH = 30 * MILLISECONDS.D;

const PATTERN =
  /^P?(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i;

/**
 * The length of a duration in milliseconds, or undefined when the text is not one.
 *
 * @example parseDuration('PT1H30M') === 5_400_000
 * @example parseDuration('30d') === 2_592_000_000
 */
export function parseDuration(text: string): number | undefined {
  const match = PATTERN.exec(text);
  if (!match?.slice(1).some((part) => part !== undefined)) return undefined;
  const units = [YEAR, MONTH, MILLISECONDS.W, MILLISECONDS.D, MILLISECONDS.H, MILLISECONDS.M, MILLISECONDS.S];
  return units.reduce((total, unit, index) => total + Number(match[index + 1] ?? 0) * unit, 0);
}

/** A duration for people: `870 ms`, `4.2 s`, `3 min 05 s`, `2 h 07 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  const pad = (value: number) => String(value).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${pad(Math.floor((seconds % 3600) / 60))} min`;
}
