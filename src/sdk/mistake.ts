/** Mistakes in a project's definition that the compiler cannot see. They throw where they are made. */

/**
 * An error about a definition: what it is about, and what is wrong and how to mend it.
 *
 * @param subject the thing: a step, a parameter, a role
 * @param sentence what is wrong, and what to do; without the full stop
 * @example throw mistake("step 'Train'", 'maxRuntimeSeconds is 0: give at least 1 second');
 */
export function mistake(subject: string, sentence: string): Error {
  return new Error(`In ${subject}: ${sentence}.`);
}

/** Throws a mistake unless `holds`. */
export function must(holds: boolean, subject: string, sentence: string): asserts holds {
  if (!holds) throw mistake(subject, sentence);
}
