import fc from 'fast-check';
import { expect, it } from 'vitest';
import { statementSpans } from './places.ts';

/** The texts that the spans hold. */
function texts(document: string): string[] {
  const lines = document.split('\n');
  const index = ({ line, column }: { line: number; column: number }) =>
    lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
  return statementSpans(document).map(({ start, end }) => document.slice(index(start), index(end)));
}

it('finds a single statement, and each of a list', () => {
  expect(texts('{"Version":"2012-10-17","Statement":{"Sid":"}"}}')).toEqual(['{"Sid":"}"}']);
  expect(texts('{\n "Id": "Statement",\n "Statement": [\n  {"a": [1, {}]},\n  {"b": "\\"]"}\n ]\n}')).toEqual([
    '{"a": [1, {}]}',
    '{"b": "\\"]"}',
  ]);
});

it('of any document, finds what JSON.parse finds', () => {
  const statement = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }));
  const document = fc.record({
    Id: fc.string(),
    Statement: fc.oneof(statement, fc.array(statement)),
    Version: fc.string(),
  });
  fc.assert(
    fc.property(document, fc.constantFrom(undefined, 1, 2), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      const wanted = (JSON.parse(text) as { Statement: unknown }).Statement;
      expect(texts(text).map((one) => JSON.parse(one) as unknown)).toEqual([wanted].flat());
    }),
  );
});
