/** The states that do no work of their own: Pass, Succeed, Fail and Wait. */

import { statesError } from '../failure.ts';
import type { Evaluate, Scope } from '../scope.ts';
import type { FailState, PassState, SucceedState, WaitState } from '../types.ts';
import { readRequiredPath } from './expressions.ts';
import { readFlow, readTransition } from './flow.ts';
import { readJsonata } from './jsonata.ts';
import { readTimestamp, readWaitSeconds } from './numbers.ts';
import { allowOne, below, has, member, readText, requireOne, type Site } from './site.ts';
import { warnOfPath, warnOfStaticResult } from './warnings.ts';

export function readPass(site: Site, name: string): PassState {
  const result = site.language === 'JSONPath' ? member(site, 'Result') : undefined;
  if (result !== undefined) warnOfStaticResult(result, below(site, 'Result'), site.report);
  return {
    type: 'Pass',
    name,
    flow: readFlow(site),
    ...readTransition(site),
    ...(result !== undefined && { result }),
  };
}

export const readSucceed = (site: Site, name: string): SucceedState => ({
  type: 'Succeed',
  name,
  flow: readFlow(site),
});

export function readFail(site: Site, name: string): FailState {
  const error = readWords(site, 'Error');
  const cause = readWords(site, 'Cause');
  return { type: 'Fail', name, flow: readFlow(site), ...(error && { error }), ...(cause && { cause }) };
}

/** Error or Cause: a text, a path or an intrinsic function that gives one, or JSONata. */
function readWords(site: Site, name: string): Evaluate<string> | undefined {
  const path = `${name}Path`;
  if (site.language === 'JSONPath') {
    allowOne(site, [name, path]);
    if (has(site, path)) return readWordsPath(site, path);
  }
  const text = readText(site, name);
  if (text === undefined) return undefined;
  if (site.language === 'JSONPath') {
    warnOfPath(text, name, below(site, name), site.report);
    return () => text;
  }
  const evaluate = readJsonata(site, name);
  return evaluate && textOf(evaluate, name, 'States.QueryEvaluationError');
}

function readWordsPath(site: Site, field: string): Evaluate<string> | undefined {
  const evaluate = readRequiredPath(site, field);
  return evaluate && textOf(evaluate, field, 'States.Runtime');
}

const textOf =
  (evaluate: Evaluate, field: string, error: 'States.QueryEvaluationError' | 'States.Runtime'): Evaluate<string> =>
  (scope: Scope) => {
    const value = evaluate(scope);
    if (typeof value === 'string') return value;
    throw statesError(error, `The ${field} field must give a string, but gave: ${JSON.stringify(value)}`);
  };

/** In AWS's order. */
const TIMES = ['SecondsPath', 'Seconds', 'TimestampPath', 'Timestamp'];

export function readWait(site: Site, name: string): WaitState {
  requireOne(site, TIMES);
  const timed = has(site, 'Timestamp') || has(site, 'TimestampPath');
  const at = timed ? readTimestamp(site) : readWaitSeconds(site);
  return {
    type: 'Wait',
    name,
    flow: readFlow(site),
    ...readTransition(site),
    until: { kind: timed ? 'timestamp' : 'seconds', at: at ?? (() => 0) },
  };
}
