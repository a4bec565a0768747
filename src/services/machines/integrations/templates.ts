/** What can be said of a task's arguments before they are evaluated: the names that the operation does not take. */
import type { Problem } from '../../../definition/asl/compiled.ts';
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import type { QueryLanguage } from '../../../definition/asl/types.ts';
import type { Shape, StructureShape } from '../../../protocol/shapes.ts';
import { isObject, membersOf, unsupported } from './arguments.ts';
import type { Naming } from './names.ts';
import type { Found } from './resources.ts';

/** @throws RangeError when the template is deeper than the stack */
export function unsupportedFields(found: Found, template: Json, language: QueryLanguage): Problem[] {
  if (!isObject(template)) return [];
  const problems: Problem[] = [];
  const takes = found.naming === 'optimized' ? found.row.takes : undefined;
  const walk = { naming: found.naming, language, problems };
  structure(walk, found.operation.input(), template, '', takes);
  return problems;
}

type Walk = { readonly naming: Naming; readonly language: QueryLanguage; readonly problems: Problem[] };

function structure(
  walk: Walk,
  shape: StructureShape,
  template: JsonObject,
  at: string,
  takes: readonly string[] | undefined,
): void {
  const members = membersOf(walk.naming, shape);
  for (const [key, value] of Object.entries(template)) {
    const evaluated = walk.language === 'JSONPath' && key.endsWith('.$');
    const name = evaluated ? key.slice(0, -'.$'.length) : key;
    const place = `${at}/${key}`;
    const member = takes && !takes.includes(name) ? undefined : members.get(name);
    if (!member) walk.problems.push({ at: place, message: unsupported(name) });
    else if (!evaluated) below(walk, member.shape, value, place);
  }
}

/** Texts of JSONata end the walk as all other values do: what they give is known at run time. */
function below(walk: Walk, shape: Shape, value: Json, at: string): void {
  if (shape.kind === 'structure' && isObject(value)) structure(walk, shape, value, at, undefined);
  if (shape.kind === 'list' && Array.isArray(value)) {
    for (const [index, one] of value.entries()) below(walk, shape.member.shape, one, `${at}/${index}`);
  }
  if (shape.kind === 'map' && isObject(value)) {
    for (const [key, one] of Object.entries(value)) below(walk, shape.value.shape, one, `${at}/${key}`);
  }
}
