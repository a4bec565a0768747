/** The input of an execution: the project's own, or what --input says, and over it what -p says. */

import { readFileSync } from 'node:fs';
import { isJson } from '../../base/json.ts';
import { isObject } from '../../definition/asl/states.ts';
import type { Json } from '../../definition/pipeline/types.ts';
import { misuse } from '../errors.ts';

/**
 * @param own the project's, as JSON text
 * @param given of --input: JSON, or a file that holds it
 * @param parameters of -p: members of the input. A value that is JSON is taken as such, any other as text
 * @throws Misuse when something is no JSON, or parameters meet an input that is no object
 */
export function executionInput(
  own: string,
  given: string | undefined,
  parameters: Readonly<Record<string, string>>,
): string {
  const text = given === undefined ? own : inputText(given);
  if (Object.keys(parameters).length === 0) return text;
  const input = JSON.parse(text) as Json;
  if (!isObject(input))
    throw misuse('The input is no JSON object, so -p cannot set members of it. Write them in --input.');
  const values = Object.entries(parameters).map(([name, value]) => [name, jsonOr(value)] as const);
  return JSON.stringify({ ...input, ...Object.fromEntries(values) });
}

function inputText(given: string): string {
  if (isJson(given)) return given;
  let text: string;
  try {
    text = readFileSync(given, 'utf8');
  } catch {
    throw misuse(`--input '${given}' is neither JSON nor a file that can be read. Quote JSON: --input '{"day": 1}'.`);
  }
  if (isJson(text)) return text;
  throw misuse(`${given} holds no JSON. An execution's input is one JSON document.`);
}

function jsonOr(text: string): Json {
  return isJson(text) ? (JSON.parse(text) as Json) : text;
}
