/** What is legal and yet looks wrong: a path where none is read. https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html */
import type { Json } from '../scope.ts';
import type { Report } from './diagnostics.ts';
import { isObject } from './site.ts';

/** `$.a`, `$$.Execution.Id`, `$name`, `States.Format(…)`; not `$5`. */
const LOOKS_LIKE_PATH = /^(?:\$\$?(?:$|[.[])|\$[\p{ID_Start}_]|States\.[A-Za-z0-9]+\()/u;

const looksLikePath = (value: Json): boolean => typeof value === 'string' && LOOKS_LIKE_PATH.test(value);

/** NO_DOLLAR: members of a payload template whose texts look like paths, without `.$` on their names. */
export function warnOfPaths(template: Json, at: string, report: Report): void {
  if (Array.isArray(template)) {
    for (const [index, value] of template.entries()) warnOfPaths(value, `${at}[${index}]`, report);
  } else if (isObject(template)) {
    for (const [name, value] of Object.entries(template)) {
      if (name.endsWith('.$')) continue;
      if (!looksLikePath(value)) warnOfPaths(value, `${at}/${name}`, report);
      else
        report.warn('NO_DOLLAR', `No .$ on a field that appears to be a JSONPath or Intrinsic Function: ${name}`, at);
    }
  }
}

/** NO_PATH: a text that looks like a path, where only the field whose name ends in `Path` would read one. */
export function warnOfPath(value: Json, name: string, at: string, report: Report): void {
  if (!looksLikePath(value)) return;
  report.warn('NO_PATH', `Field value looks like a path, but field name does not end with 'Path': ${name}`, at);
}

/** PASS_RESULT_IS_STATIC: Result is given as it is. */
export function warnOfStaticResult(result: Json, at: string, report: Report): void {
  if (holdsPath(result)) {
    report.warn('PASS_RESULT_IS_STATIC', 'The Result of a Pass state is static: a path in it is not evaluated', at);
  }
}

function holdsPath(value: Json): boolean {
  if (Array.isArray(value)) return value.some(holdsPath);
  if (!isObject(value)) return looksLikePath(value);
  return Object.entries(value).some(([name, inner]) => name.endsWith('.$') || holdsPath(inner));
}
