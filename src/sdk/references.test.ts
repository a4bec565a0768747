import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asText, execution, join, reference, s3Uri, type Value } from './index.ts';

describe('a reference', () => {
  test('is its JSON', () => {
    expect(JSON.stringify(execution.startDateTime)).toBe('{"Get":"Execution.StartDateTime"}');
  });

  test('cannot be pasted into a text', () => {
    expect(() => `s3://bucket/${execution.pipelineExecutionId}`).toThrow(
      /Execution\.PipelineExecutionId.*known only while the pipeline runs.*join\('', 'text ', value\)/,
    );
    const text: unknown = join('', 'a');
    expect(() => String(text)).toThrow(/known only while the pipeline runs/);
  });

  test('as text is a join of itself, like to_string() of the Python SDK', () => {
    expect(asText(reference<number>({ Get: 'Parameters.Rounds' }))).toEqual({
      'Std:Join': { On: '', Values: [{ Get: 'Parameters.Rounds' }] },
    });
  });
});

describe('s3Uri', () => {
  test('of texts is a text', () => {
    expect(s3Uri('bucket', 'a/b', 'c.csv')).toBe('s3://bucket/a/b/c.csv');
    expect(s3Uri('bucket')).toBe('s3://bucket');
  });

  test('with a value to come is a join, neighbouring texts made one', () => {
    expect(s3Uri('bucket', 'runs', execution.pipelineExecutionId, 'train', 'x')).toEqual({
      'Std:Join': { On: '/', Values: ['s3://bucket/runs', { Get: 'Execution.PipelineExecutionId' }, 'train/x'] },
    });
  });

  test.each(['', '/a', 'a/', '/'])('refuses the part %j', (part) => {
    expect(() => s3Uri('bucket', part)).toThrow(/is empty, or begins or ends with a slash/);
  });

  test('means the same whether its parts are known now or later', () => {
    const part = fc.stringMatching(/^[a-z0-9._-]+(\/[a-z0-9._-]+)?$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(part, fc.boolean()), { maxLength: 6 }), (parts) => {
        const now = s3Uri('bucket', ...parts.map(([text]) => text));
        const later = parts.map(
          ([text, isKnown]): Value<string> => (isKnown ? text : reference({ Get: `Parameters.${text}` })),
        );
        expect(resolved(s3Uri('bucket', ...later))).toBe(now);
      }),
    );
  });
});

/** What the pipeline would make of it, each parameter's value being its name. */
function resolved(value: unknown): string {
  if (typeof value === 'string') return value;
  const expression = value as { Get?: string; 'Std:Join'?: { On: string; Values: unknown[] } };
  if (expression.Get) return expression.Get.slice('Parameters.'.length);
  return expression['Std:Join']!.Values.map(resolved).join(expression['Std:Join']!.On);
}
