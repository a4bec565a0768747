/** Why an object has no preview: a sentence for whoever asked for it. */

export type Unreadable = Error & { unreadable: true };

/** @param sentence whole, about the object: "Row 3 has …" */
export const unreadable = (sentence: string): Unreadable =>
  Object.assign(new Error(sentence), { unreadable: true as const });

export const isUnreadable = (error: unknown): error is Unreadable => error instanceof Error && 'unreadable' in error;
