/** Assertions about Telar itself. A failure here is a bug in Telar, never a user's mistake. */

/**
 * Throws when an invariant of the program does not hold.
 *
 * @example assert(step !== undefined, `step ${name} is in the plan`);
 */
export function assert(condition: unknown, invariant: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant (a bug in Telar): ${invariant}`);
}

/** Marks a branch that the types prove unreachable: the compiler rejects it when a new variant appears. */
export function unreachable(value: never): never {
  throw new Error(`Broken invariant (a bug in Telar): unexpected ${JSON.stringify(value)}`);
}
