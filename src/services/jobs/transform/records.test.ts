import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DataPath, parseDataPath } from './dataPath.ts';
import { fieldsOf, formatOf, isRecordError, linesOf, type Processing, payloadOf, resultOf } from './records.ts';

function processing(
  more: Partial<Record<'InputFilter' | 'OutputFilter', string>> & Partial<Processing> = {},
): Processing {
  const { InputFilter = '$', OutputFilter = '$', ...rest } = more;
  const path = (text: string) => parseDataPath(text) as DataPath;
  return {
    ...{ input: 'csv', output: 'csv', join: true },
    ...{ inputFilter: path(InputFilter), outputFilter: path(OutputFilter) },
    ...rest,
  };
}

describe('rows of CSV', () => {
  it('lose nothing when they are taken apart', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.stringMatching(/^[a-z ]{0,4}$/), fc.stringMatching(/^"[a-z,]{0,4}"$/)), { minLength: 1 }),
        (fields) => {
          expect(fieldsOf(fields.join(','))).toEqual(fields);
        },
      ),
    );
  });

  it('with a quote that is never closed are refused', () => {
    expect(() => fieldsOf('1,"2,3')).toThrow('a quote is not closed');
  });
});

describe('records', () => {
  it('are told apart by their content type', () => {
    expect(
      ['text/csv; label_size=1', 'Application/JSON', 'application/jsonlines', 'image/png', undefined].map(formatOf),
    ).toEqual(['csv', 'json', 'jsonlines', undefined, undefined]);
    expect(linesOf('a\r\n\n b\n')).toEqual(['a', ' b']);
  });

  it('reach the model without what is filtered out', () => {
    expect(payloadOf(processing({ InputFilter: '$[1:]' }), ['id,1,2', '"x,y",3,4'])).toBe('1,2\n3,4');
    const json = processing({ input: 'jsonlines', output: 'jsonlines', InputFilter: '$.features' });
    expect(payloadOf(json, ['{"id":1,"features":[1,2]}'])).toBe('[1,2]');
  });

  it('are joined with their answers, columns appended', () => {
    const filtered = processing({ OutputFilter: '$[0,-1]' });
    expect(resultOf(filtered, ['"a,b",1', 'c,2'], '0.1\n0.2\n')).toBe('"a,b",0.1\nc,0.2\n');
  });

  it('of JSON gain SageMakerOutput, or become a pair', () => {
    const json = processing({ input: 'json', output: 'json' });
    expect(resultOf(json, ['{"id":1}'], '[0.5]')).toBe('{"id":1,"SageMakerOutput":[0.5]}\n');
    expect(resultOf(json, ['[1,2]'], '0.5')).toBe('{"SageMakerInput":[1,2],"SageMakerOutput":0.5}\n');
    const lines = processing({ input: 'jsonlines', output: 'jsonlines', OutputFilter: "$['id','SageMakerOutput']" });
    expect(resultOf(lines, ['{"id":1,"x":2}', '{"id":2,"x":3}'], '{"p":1}\n{"p":2}')).toBe(
      '{"id":1,"SageMakerOutput":{"p":1}}\n{"id":2,"SageMakerOutput":{"p":2}}\n',
    );
    expect(resultOf(json, ['{"a":1}', '{"a":2}'], '[5, 6]')).toBe(
      '{"a":1,"SageMakerOutput":5}\n{"a":2,"SageMakerOutput":6}\n',
    );
  });

  it('of JSON keep the digits of their numbers, which a double would not', () => {
    const id = '{"id":12345678901234567890,"x":[1.0,1e3,-0.50]}';
    const whole = processing({ input: 'jsonlines', output: 'jsonlines' });
    expect(resultOf(whole, [id], '{"score":0.10}')).toBe(`${id.slice(0, -1)},"SageMakerOutput":{"score":0.10}}\n`);
    const parts = { input: 'jsonlines', output: 'jsonlines' } as const;
    const chosen = processing({ ...parts, InputFilter: "$['x','id']", OutputFilter: '$.id' });
    expect(payloadOf(chosen, [id])).toBe('{"x":[1.0,1e3,-0.50],"id":12345678901234567890}');
    expect(resultOf(chosen, [id], '1')).toBe('12345678901234567890\n');
    // A number has no members, however it is written.
    for (const InputFilter of ['$.rawJSON', '$.*', '$[0]'])
      expect(() => payloadOf(processing({ ...parts, InputFilter }), ['1.0'])).toThrow('InputFilter finds nothing');
  });

  it('pass an answer on as it was given where nothing is done to it', () => {
    const filtered = processing({ InputFilter: '$[1:]', join: false });
    expect(resultOf(filtered, ['a,1', 'b,2'], '0.1\n\n[0.2,  "x]')).toBe('0.1\n\n[0.2,  "x]');
  });

  it.each([
    [
      'answers of another number',
      processing(),
      ['1', '2'],
      '0.5',
      'the model answered 1 records for 2, which cannot be joined',
    ],
    [
      'answers that are not JSON',
      processing({ input: 'json', output: 'json' }),
      ['{}'],
      'oops',
      "the answer is not JSON: 'oops'",
    ],
    [
      'records nested without end',
      processing({ input: 'jsonlines', output: 'jsonlines' }),
      ['['.repeat(100_000) + ']'.repeat(100_000)],
      '1',
      `a record is nested too deep: '${'['.repeat(80)}'`,
    ],
    [
      'a filter that finds nothing',
      processing({ OutputFilter: '$[7]' }),
      ['1'],
      '2',
      'OutputFilter finds nothing: an answer has no element 7: it has 2',
    ],
  ])('%s fail their file', (_, how, records, answer, reason) => {
    try {
      resultOf(how, records, answer);
      expect.unreachable();
    } catch (error) {
      expect([isRecordError(error), (error as Error).message]).toEqual([true, reason]);
    }
  });
});
