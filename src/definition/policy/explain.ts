/** Why statements did not apply to a request: what `telar policy explain` and the simulator tell. Pure. */
import { type Asked, asked, type CompiledStatement, type PolicyRequest } from './compile.ts';
import { LAYERS, type Layer, type PolicySet, policiesOf } from './evaluate.ts';
import type { ConditionTest } from './types.ts';

/** What kept a statement from applying. */
export type Miss =
  | { part: 'action' | 'resource' | 'principal' }
  | { part: 'condition'; test: ConditionTest; given: readonly string[] | undefined };

export type Finding = { layer: Layer; statement: CompiledStatement; misses: readonly Miss[] };

/** Every statement of every policy, with all that kept it from applying; nothing for one that applies. */
export function findings(request: PolicyRequest, policies: PolicySet): Finding[] {
  const question = asked(request);
  return LAYERS.flatMap((layer) =>
    policiesOf(policies, layer)
      .flatMap(({ statements }) => statements)
      .map((statement) => ({ layer, statement, misses: missesOf(statement, question) })),
  );
}

function missesOf(statement: CompiledStatement, question: Asked): Miss[] {
  const { context } = question;
  const misses: Miss[] = [];
  if (!statement.onAction(question.action)) misses.push({ part: 'action' });
  if (!statement.onResource(question.resource, context)) misses.push({ part: 'resource' });
  if (statement.named(question.names) === undefined) misses.push({ part: 'principal' });
  statement.conditions.forEach((holds, index) => {
    if (holds(context)) return;
    const test = statement.source.conditions[index]!;
    misses.push({ part: 'condition', test, given: context(test.key.toLowerCase()) });
  });
  return misses;
}

/** An operator as a document writes it. @example operatorText(test) // 'ForAnyValue:StringLikeIfExists' */
export function operatorText({ operator, set, ifExists }: ConditionTest): string {
  const prefix = set === 'all' ? 'ForAllValues:' : set === 'any' ? 'ForAnyValue:' : '';
  return `${prefix}${operator}${ifExists ? 'IfExists' : ''}`;
}
