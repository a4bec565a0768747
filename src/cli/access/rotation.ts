/**
 * Which step of a key's rotation comes next: pure.
 *
 * A user has two keys at most: one in use, and one to rotate to. A rotation makes the second, waits until it is used, and
 * then switches the first off; a key that is switched off can be switched on again, a deleted one cannot.
 */
export type Key = {
  id: string;
  active: boolean;
  createdAt: Date | undefined;
  /** What it is called, if anything. */
  label: string | undefined;
  usedAt: Date | undefined;
  usedFor: string | undefined;
};

export type Wanted = { now: boolean; deleteOld: boolean };

export type Step =
  /** A key is made; `old` is switched off with it if nobody is to wait. */
  | { kind: 'create'; old: Key | undefined }
  /** The new key is there and nobody has used it yet. */
  | { kind: 'wait'; old: Key; fresh: Key }
  | { kind: 'retire'; old: Key; fresh: Key }
  /** The old key is off already, and stays unless it is to be deleted. */
  | { kind: 'rotated'; old: Key; fresh: Key };

export function nextStep(keys: readonly Key[], { now, deleteOld }: Wanted): Step {
  const [first, second] = byAge(keys);
  if (!first || !second) return { kind: 'create', old: first };
  // Where one is switched off, the other is the one in use, whichever is younger.
  const [old, fresh] = first.active && !second.active ? [second, first] : [first, second];
  if (!old.active) return deleteOld ? { kind: 'retire', old, fresh } : { kind: 'rotated', old, fresh };
  return now || fresh.usedAt !== undefined ? { kind: 'retire', old, fresh } : { kind: 'wait', old, fresh };
}

/** The oldest first. IAM tells ages by the second: of two of one second, the one that is in use is the elder. */
export function byAge(keys: readonly Key[]): Key[] {
  const time = (at: Date | undefined, otherwise: number) => at?.getTime() ?? otherwise;
  return keys.toSorted(
    (a, b) =>
      time(a.createdAt, 0) - time(b.createdAt, 0) ||
      Math.sign(time(a.usedAt, Number.MAX_VALUE) - time(b.usedAt, Number.MAX_VALUE)),
  );
}

/** What a user's two keys are called. @example labelFor('data-science-user', undefined) // 'data-science-user-primary' */
export function labelFor(user: string, other: string | undefined): string {
  const primary = `${user}-primary`;
  return other === undefined || other !== primary ? primary : `${user}-rotation`;
}
