/**
 * What an evaluation may use. Depth and memory are AWS's, as they have been observed there; steps are Telar's, in place of AWS's
 * time: counting is deterministic, so that a journal folded again comes to the same end.
 *
 * B1. Every loop over data spends steps as it goes, before or while it does its work; so no expression holds the loop for long.
 * B2. Lists and texts are refused before they are made, not after.
 */
import { bound, type JsonataFailure } from './failure.ts';
import type { Run } from './values.ts';

/** Work of one evaluation: about ten milliseconds. A step is one piece of an expression evaluated once, or a few items copied. */
const STEPS = 1_000_000;
/** How deep the pieces of an expression may lie in one another while it is evaluated; calls count. AWS refuses the 101st. */
const DEEPEST = 100;
/** AWS accepts `[1..873782]`, and a text of 2^22 characters, but not one item or one doubling more. */
const MOST_BYTES = 6_990_256;
const BYTES_PER_ITEM = 8;
/** How deep a value may be nested: none can be written to a document that is deeper than this. */
const DEEPEST_VALUE = 1_000;
/** Items that are copied or added up in the time of a step. */
const ITEMS_PER_STEP = 4;
const CHARACTERS_PER_STEP = 64;
/** What it costs to make an object, to go into one, and to have one in a result. */
export const STEPS_PER_OBJECT = 16;

export const newBudget = (): { left: number; depth: number } => ({ left: STEPS, depth: 0 });

const timeout = (): JsonataFailure => bound('Expression evaluation timeout: Check for infinite loop');
export const memoryExceeded = (): JsonataFailure =>
  bound('Expression evaluation memory limit exceeded: Check for excessive memory usage');
const overflow = (): JsonataFailure =>
  bound('Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive');

export function spend(run: Run, steps: number): void {
  run.left -= steps;
  if (run.left < 0) throw timeout();
}

/** Enters a piece of an expression that evaluates others; who enters leaves by `run.depth -= 1`. A failure ends the whole run. */
export function enter(run: Run): void {
  run.depth += 1;
  if (run.depth >= DEEPEST) throw overflow();
  run.left -= 1;
  if (run.left < 0) throw timeout();
}

/** Before a list of so many items is made, copied or gone through by a loop that does little. */
export function spendItems(run: Run, count: number): void {
  if (count * BYTES_PER_ITEM > MOST_BYTES) throw memoryExceeded();
  spend(run, count / ITEMS_PER_STEP);
}

export function checkText(length: number): void {
  if (length > MOST_BYTES) throw memoryExceeded();
}

/** Before so many items are added to a list that has so many. */
export function spendAdded(run: Run, before: number, added: number): void {
  if ((before + added) * BYTES_PER_ITEM > MOST_BYTES) throw memoryExceeded();
  spend(run, added / ITEMS_PER_STEP);
}

/** Before a text of so many characters is made or gone through. */
export function spendText(run: Run, length: number): void {
  checkText(length);
  spend(run, length / CHARACTERS_PER_STEP);
}

/** For what recurses through a value. */
export function checkNesting(depth: number): void {
  if (depth > DEEPEST_VALUE) throw overflow();
}
