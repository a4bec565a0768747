/** States.Format: each `{}` of a template gives way to the argument at its position. A literal template is taken apart once. */
import type { Json } from '../../scope.ts';
import { unescaped } from './parse.ts';
import { textOf } from './texts.ts';

/** The texts around the places; what is wrong with the template, as AWS says it. */
export type Template =
  | { readonly ok: true; readonly texts: readonly string[] }
  | { readonly ok: false; readonly reason: string };

const NO_END = "Invalid template in States.Format: matching '}' not found for '{'.";
const NO_BEGIN = "Invalid template in States.Format: matching '{' not found for '}'.";
const OTHER_NUMBER = 'Invalid arguments in States.Format: number of arguments do not match the occurrences of {}.';

/** @example parseTemplate("{}, \\{{}") // { ok: true, texts: ['', ', {', ''] } */
export function parseTemplate(written: string): Template {
  const texts: string[] = [];
  let begin = 0;
  for (let at = 0; at < written.length; at += 1) {
    const character = written.charAt(at);
    if (character === '\\') {
      at += 1;
    } else if (character === '{') {
      if (written.charAt(at + 1) !== '}') return { ok: false, reason: NO_END };
      texts.push(unescaped(written.slice(begin, at)));
      begin = at + 2;
      at += 1;
    } else if (character === '}') {
      return { ok: false, reason: NO_BEGIN };
    }
  }
  return { ok: true, texts: [...texts, unescaped(written.slice(begin))] };
}

/** No state's output may have as many bytes. */
const LONGEST_TEXT = 2 ** 20;

/** @param fail throws what it is told */
export function format(template: Template, args: readonly Json[], fail: (reason: string) => never): string {
  if (!template.ok) return fail(template.reason);
  if (args.length !== template.texts.length - 1) return fail(OTHER_NUMBER);
  const invalid = () => fail('Invalid arguments in States.Format');
  let text = template.texts[0] ?? '';
  for (const [position, arg] of args.entries()) {
    text += textOf(arg, invalid) + template.texts[position + 1];
    if (text.length > LONGEST_TEXT) return fail(`The text has more than ${LONGEST_TEXT} characters`);
  }
  return text;
}
