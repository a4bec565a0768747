/**
 * What one evaluation of a path may cost. Scans within scans, and filters that look at the whole document for each item, grow
 * faster than the document: they are stopped, so that no definition holds up the process.
 */

import { statesError } from '../../failure.ts';
import type { Json, Scope } from '../../scope.ts';
import type { Path } from './syntax.ts';
import { weightOf } from './values.ts';

/** Enough for `$..*` on the largest input that there is, 256 KiB of it. Some milliseconds' work. */
const MOST_STEPS = 400_000;

/** One evaluation. `roots`: what the paths of filters that do not depend on the item have given. */
export type Effort = {
  readonly scope: Scope;
  readonly text: string;
  readonly roots: Map<Path, Json | undefined>;
  left: number;
};

/** A compiled path. `item` is what `@` stands for: within filters alone. */
export type Select = (effort: Effort, item?: Json) => Json | undefined;

export function beginEffort(scope: Scope, text: string): Effort {
  return { scope, text, roots: new Map(), left: MOST_STEPS };
}

/** Pays for what an evaluation has found: it will be written out. */
export function spendOn(effort: Effort, found: Json | undefined): void {
  if (found !== undefined) spend(effort, weightOf(found, effort.left));
}

/** @throws States.Runtime when the evaluation has cost too much */
export function spend(effort: Effort, steps = 1): void {
  effort.left -= steps;
  if (effort.left < 0) {
    throw statesError(
      'States.Runtime',
      `The JSONPath '${effort.text}' takes more than ${MOST_STEPS} steps on its input. Select less with it: scan (..) once, ` +
        'and filter lists that are shorter.',
    );
  }
}
