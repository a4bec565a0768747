/** Retry and Catch of Task, Parallel and Map. */
import type { Catcher, Retrier } from '../types.ts';
import { words } from './diagnostics.ts';
import { readAssign, readReferencePath, readTemplate } from './expressions.ts';
import { checkFields, OBJECT_FIELDS } from './fields.ts';
import { MAX_SECONDS } from './numbers.ts';
import {
  below,
  has,
  readNumber,
  readObjects,
  readOneOf,
  readTarget,
  readTexts,
  requireFields,
  type Site,
} from './site.ts';

/** 366 days. */
const MAX_DELAY_SECONDS = 31_622_400;

export function readGuards(site: Site): { readonly retry: readonly Retrier[]; readonly catch: readonly Catcher[] } {
  const retriers = readObjects(site, 'Retry') ?? [];
  const catchers = readObjects(site, 'Catch') ?? [];
  return {
    retry: retriers.map((retrier, index) => readRetrier(retrier, index === retriers.length - 1)),
    catch: catchers.map((catcher, index) => readCatcher(catcher, index === catchers.length - 1)),
  };
}

function readErrors(site: Site, last: boolean): string[] {
  const errors = readTexts(site, 'ErrorEquals') ?? [];
  const at = below(site, 'ErrorEquals');
  if (has(site, 'ErrorEquals') && errors.length === 0 && (site.fields['ErrorEquals'] as unknown[]).length === 0) {
    site.report.error(words.empty, at);
  }
  const all = errors.indexOf('States.ALL');
  if (all >= 0 && (errors.length > 1 || !last)) {
    site.report.error('States.ALL must appear alone and at end of list', `${at}[${all}]`);
  }
  return errors;
}

function readRetrier(site: Site, last: boolean): Retrier {
  checkFields(site, OBJECT_FIELDS.retrier);
  requireFields(site, ['ErrorEquals']);
  const errorEquals = readErrors(site, last);
  const intervalSeconds = readNumber(site, 'IntervalSeconds', { kind: 'integer', min: 0, max: MAX_SECONDS }) ?? 1;
  const maxDelaySeconds = readNumber(site, 'MaxDelaySeconds', { kind: 'integer', min: 1, max: MAX_DELAY_SECONDS });
  if (maxDelaySeconds !== undefined && maxDelaySeconds <= intervalSeconds) {
    site.report.error("Field 'MaxDelaySeconds' must be greater than 'IntervalSeconds'", below(site, 'MaxDelaySeconds'));
  }
  return {
    errorEquals,
    intervalSeconds,
    maxAttempts: readNumber(site, 'MaxAttempts', { kind: 'integer', min: 0, max: MAX_SECONDS }) ?? 3,
    backoffRate: readNumber(site, 'BackoffRate', { kind: 'float', min: 1 }) ?? 2,
    ...(maxDelaySeconds !== undefined && { maxDelaySeconds }),
    jitterStrategy: readOneOf(site, 'JitterStrategy', ['NONE', 'FULL']) ?? 'NONE',
  };
}

function readCatcher(site: Site, last: boolean): Catcher {
  checkFields(site, OBJECT_FIELDS.catcher);
  requireFields(site, ['ErrorEquals', 'Next']);
  const errorEquals = readErrors(site, last);
  const resultPath = site.language === 'JSONPath' ? readReferencePath(site, 'ResultPath') : undefined;
  const output = site.language === 'JSONata' ? readTemplate(site, 'Output') : undefined;
  const assign = readAssign(site);
  return {
    errorEquals,
    next: readTarget(site, 'Next') ?? '',
    ...(resultPath !== undefined && { resultPath }),
    ...(output && { output }),
    ...(assign && { assign }),
  };
}
