/** "Did you mean …?": the nearest of the known names, for messages about an unknown one. */

/** Beyond these a suggestion costs more than it helps. */
const MAX_CANDIDATES = 500;
const MAX_LENGTH = 64;

/**
 * A sentence naming the known name nearest to `given`, preceded by a space; nothing when none is near.
 *
 * @example didYouMean('TrainModle', ['TrainModel']) === " Did you mean 'TrainModel'?"
 */
export function didYouMean(given: string, known: Iterable<string>): string {
  if (given.length > MAX_LENGTH) return '';
  let best: { name: string; distance: number } | undefined;
  let seen = 0;
  for (const name of known) {
    if (++seen > MAX_CANDIDATES) break;
    if (name.length > MAX_LENGTH || Math.abs(name.length - given.length) > 2) continue;
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (distance <= Math.min(2, given.length / 2.5) && (!best || distance < best.distance)) best = { name, distance };
  }
  return best ? ` Did you mean '${best.name}'?` : '';
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const change = row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[right.length]!;
}
