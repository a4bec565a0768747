/** For tests: a reader of HCL's quoted texts, written from the language's specification, and values to write at random. */
import fc from 'fast-check';

/** What a text in quotes says; every `${` or `%{` in it that is not escaped is refused, as none of these texts has any. */
export function readQuoted(source: string): string {
  if (!/^".*"$/s.test(source)) throw new Error(`not in quotes: ${source}`);
  const inside = source.slice(1, -1);
  let text = '';
  for (let at = 0; at < inside.length; ) {
    const rest = inside.slice(at);
    const [token, meaning] = tokenAt(rest);
    text += meaning;
    at += token.length;
  }
  return text;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

function tokenAt(rest: string): readonly [token: string, meaning: string] {
  const doubled = /^(?:\$\$\{|%%\{)/.exec(rest)?.[0];
  if (doubled !== undefined) return [doubled, doubled.slice(1)];
  if (/^[$%]\{/.test(rest)) throw new Error(`an expression begins: ${rest}`);
  const [unicode, four, eight] = /^\\(?:u([0-9a-f]{4})|U([0-9a-f]{8}))/.exec(rest) ?? [];
  if (unicode !== undefined) return [unicode, String.fromCodePoint(Number.parseInt(four ?? eight!, 16))];
  if (rest[0] === '\\') {
    const meaning = ESCAPES[rest[1] ?? ''];
    if (meaning === undefined) throw new Error(`an escape that HCL does not have: ${rest}`);
    return [rest.slice(0, 2), meaning];
  }
  if (/^["\n\r]/.test(rest)) throw new Error(`the text ends early: ${rest}`);
  return [rest[0]!, rest[0]!];
}

/** Texts that Terraform gives back, most of them full of what must be escaped. */
export const texts: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom(
        '$',
        '%',
        '{',
        '}',
        '"',
        '\\',
        '\n',
        '\r',
        'u',
        '0',
        '<<',
        'EOT',
        'é',
        '😀',
        '\0',
        '\ufeff',
      ),
    }),
  )
  .map((text) => text.normalize('NFC'));

/** JSON of every shape, in those texts. */
export const values: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(texts, fc.integer(), fc.boolean(), fc.constantFrom(null, 0.78, -0.5, 1e21)),
    fc.array(tie('value'), { maxLength: 4 }),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a text that looks like a template and is none.
    fc.dictionary(fc.oneof(fc.constantFrom('Action', 'for', 'a-b', 'aws:x/${y}', '1'), texts), tie('value'), {
      maxKeys: 5,
      noNullPrototype: true,
    }),
  ),
})).value;
