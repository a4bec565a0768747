/** `compilePath`: a field that holds a path, or an intrinsic function where the field takes one. */
import type { Compiled } from '../compiled.ts';
import type { Evaluate } from '../scope.ts';
import { type FieldRules, rulesOf } from './fields.ts';
import { compileIntrinsic, isIntrinsic } from './intrinsics/compile.ts';
import { compileQuery, type Query } from './jsonPath/query.ts';

/**
 * `field` is the field's name as the definition has it (`InputPath`, `ErrorPath`, `value.$`): it decides what may stand there and
 * how errors are worded (fields.ts).
 *
 * @example compilePath('$.a.b', 'InputPath')
 */
export function compilePath(text: string, field: string): Compiled {
  const rules = rulesOf(field);
  if (rules.intrinsics && isIntrinsic(text)) {
    const compiled = compileIntrinsic(text);
    return compiled.ok ? compiled : { ok: false, problems: [{ at: '', message: rules.invalid(field) }] };
  }
  const compiled = compileQuery(text);
  if (!compiled.ok) return { ok: false, problems: [{ at: '', message: rules.invalid(field) }] };
  const { query } = compiled;
  return { ok: true, evaluate: evaluateQuery(query, field, rules), variables: [...new Set(query.variables)].sort() };
}

/** An item that its list does not have is null here, as on AWS; anything else that is missing is an error. */
function evaluateQuery(query: Query, field: string, rules: FieldRules): Evaluate {
  const { find } = query;
  return (scope) => {
    const found = find(scope);
    if (found !== undefined) return found;
    if (query.explain(scope).beyond) return null;
    throw rules.missing(field, query, scope);
  };
}
