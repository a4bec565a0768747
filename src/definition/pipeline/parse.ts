/**
 * From the text of a pipeline definition to a definition and its plan, or to everything that is wrong with it at once.
 *
 * I1. Total: any text answers, none throws; time is linear in the text's length.
 * I2. What it answers has passed the shape, every rule and the search for cycles: nothing downstream checks again.
 *
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html
 */
import { MAX_DEFINITION_BYTES, MAX_DEPTH } from './limits.ts';
import { type Plan, planFrom, topologicalOrder, upstreamOf } from './plan.ts';
import { DOCUMENT, inside, isObject, type Place, problemList, type Report } from './problems.ts';
import { reportCycles } from './rules/graph.ts';
import { RULES } from './rules/index.ts';
import { definitionShape } from './shape.ts';
import { surveyDefinition } from './survey.ts';
import type { Json, PipelineDefinition, Problem } from './types.ts';

export type Parsed = { definition: PipelineDefinition; plan: Plan } | { problems: Problem[] };

/** AWS's own words for a definition that is no JSON object. */
const NOT_AN_OBJECT = 'Unable to parse pipeline definition. Expecting start of Json Object.';

/**
 * Reads a pipeline definition.
 *
 * @example
 * const parsed = parsePipeline(text);
 * if ('problems' in parsed) for (const { path, message } of parsed.problems) console.error(path, message);
 */
export function parsePipeline(text: string): Parsed {
  // Not Node's Buffer: the console parses, too.
  const bytes = new TextEncoder().encode(text).byteLength;
  if (bytes > MAX_DEFINITION_BYTES) {
    const message = `The pipeline definition has ${bytes} bytes; at most ${MAX_DEFINITION_BYTES} are allowed.`;
    return { problems: [{ path: '$', rule: 'too-long', message }] };
  }
  const { document, error } = parseJson(text);
  if (!isObject(document)) {
    const message = error === undefined ? NOT_AN_OBJECT : `${NOT_AN_OBJECT} The text is not JSON: ${error}.`;
    return { problems: [{ path: '$', rule: 'not-json', message }] };
  }
  const list = problemList();
  if (!isSafeToWalk(document, list.report)) return { problems: list.problems() };
  definitionShape(document, DOCUMENT, list.report);
  const survey = surveyDefinition(document, list.report);
  for (const rule of RULES) rule(survey, list.report);
  const upstream = upstreamOf(survey);
  const sorted = topologicalOrder(upstream);
  if ('cycles' in sorted) reportCycles(survey, sorted.cycles, list.report);
  const problems = list.problems();
  if (problems.length > 0 || 'cycles' in sorted) return { problems };
  const definition = document as PipelineDefinition;
  return { definition, plan: planFrom(survey, upstream, sorted.order, definition.Parameters ?? []) };
}

function parseJson(text: string): { document?: Json; error?: string } {
  try {
    return { document: JSON.parse(text) as Json };
  } catch (error) {
    return { error: (error instanceof Error ? error.message : String(error)).slice(0, 200) };
  }
}

/** Bounds the depth, so that everything after may recurse, and refuses the one key that no object should carry. */
function isSafeToWalk(document: Json, report: Report): boolean {
  const open: { value: Json; place: Place; depth: number }[] = [{ value: document, place: DOCUMENT, depth: 0 }];
  let safe = true;
  for (let next = open.pop(); next && safe; next = open.pop()) {
    const { value, place, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > MAX_DEPTH) {
      report(place, 'too-deep', `Lists and objects are nested more than ${MAX_DEPTH} deep.`);
      safe = false;
    }
    for (const [key, child] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
      if (key === '__proto__') {
        report(inside(place, key), 'unsafe-key', "No object may have a property '__proto__'.");
        safe = false;
      }
      if (typeof child === 'object') open.push({ value: child, place: inside(place, key), depth: depth + 1 });
    }
  }
  return safe;
}
