/** What every state has: how data passes it, and where it leads. */
import type { Flow, JsonataFlow, PathFlow } from '../types.ts';
import { words } from './diagnostics.ts';
import { readAssign, readPath, readReferencePath, readTemplate } from './expressions.ts';
import { allowOne, has, readBoolean, readTarget, type Site } from './site.ts';

/** The fields that a state has not are never there: the table of its fields has refused them. */
export function readFlow(site: Site): Flow {
  return site.language === 'JSONPath' ? readPathFlow(site) : readJsonataFlow(site);
}

function readPathFlow(site: Site): PathFlow {
  const inputPath = readPath(site, 'InputPath');
  const parameters = readTemplate(site, 'Parameters');
  const resultSelector = readTemplate(site, 'ResultSelector');
  const resultPath = readReferencePath(site, 'ResultPath');
  const outputPath = readPath(site, 'OutputPath');
  const assign = readAssign(site);
  return {
    language: 'JSONPath',
    ...(inputPath !== undefined && { inputPath }),
    ...(parameters && { parameters }),
    ...(resultSelector && { resultSelector }),
    ...(resultPath !== undefined && { resultPath }),
    ...(outputPath !== undefined && { outputPath }),
    ...(assign && { assign }),
  };
}

function readJsonataFlow(site: Site): JsonataFlow {
  const given = readTemplate(site, 'Arguments');
  const output = readTemplate(site, 'Output');
  const assign = readAssign(site);
  return {
    language: 'JSONata',
    ...(given && { arguments: given }),
    ...(output && { output }),
    ...(assign && { assign }),
  };
}

const TRANSITIONS = ['Next', 'End'];

/** Exactly one of Next and `End: true`. */
export function readTransition(site: Site): { readonly next?: string } {
  const next = readTarget(site, 'Next');
  const end = readBoolean(site, 'End');
  if (!has(site, 'Next')) {
    if (end === false || !has(site, 'End')) site.report.error(words.exactlyOne(TRANSITIONS), site.at);
    return {};
  }
  if (end !== false) allowOne(site, TRANSITIONS);
  return next === undefined ? {} : { next };
}
