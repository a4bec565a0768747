import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAwsError } from '../../protocol/errors.ts';
import { type Publishable, readMessage, sizeOf, textFor } from './messages.ts';

describe('a message', () => {
  it('has a text for each protocol, where its structure says so', () => {
    const message = readMessage({
      Message: '{"default":"d","sqs":"q","__proto__":"p","n":1}',
      MessageStructure: 'json',
    });
    expect([textFor(message, 'sqs'), textFor(message, 'lambda'), textFor(message, 'email')]).toEqual(['q', 'd', 'd']);
  });

  it('counts with its attributes', () => {
    const attributes = { name: { Type: 'String', Value: 'ñ' }, b: { Type: 'Binary', Value: 'AQID' } };
    expect(sizeOf('ñ', attributes)).toBe(2 + (4 + 6 + 2) + (1 + 6 + 3));
    const Message = 'x'.repeat(262_144);
    expect(readMessage({ Message }).text).toBe(Message);
    const MessageAttributes = { a: { DataType: 'String', StringValue: 'b' } };
    expect(() => readMessage({ Message, MessageAttributes })).toThrow('Message too long');
  });

  it.each(['Fine', 'x'.repeat(100), '¡no!', ' blank first', 'a\u0007', ''])('of the subject %j', (Subject) => {
    const read = () => readMessage({ Message: 'a', Subject }).subject;
    if (Subject === 'Fine' || Subject.length === 100) expect(read()).toBe(Subject);
    else expect(read).toThrow('Invalid parameter: Subject');
  });

  const value = fc.record(
    {
      DataType: fc.oneof(fc.constantFrom('String', 'Number', 'Binary', 'String.Array', 'String.json'), fc.string()),
      StringValue: fc.oneof(fc.string(), fc.json(), fc.double().map(String)),
      BinaryValue: fc.uint8Array({ maxLength: 20 }),
    },
    { requiredKeys: [] },
  );
  const anything = fc.record(
    {
      Message: fc.oneof(fc.string(), fc.json()),
      Subject: fc.string(),
      MessageStructure: fc.constantFrom('json', 'xml'),
      MessageAttributes: fc.dictionary(fc.oneof(fc.string(), fc.stringMatching(/^[\w.-]{1,20}$/)), value),
    },
    { requiredKeys: ['Message'] },
  );

  it('of any kind is read, and survives its row, or is refused in words', () =>
    fc.assert(
      fc.property(anything, (given) => {
        try {
          const read = readMessage(given as Publishable);
          expect(JSON.parse(JSON.stringify(read))).toEqual(read);
          expect(Object.keys(read.attributes)).toEqual(Object.keys(given.MessageAttributes ?? {}));
        } catch (error) {
          if (!isAwsError(error)) throw error;
          expect(['InvalidParameter', 'ParameterValueInvalid']).toContain(error.code);
        }
      }),
      { numRuns: 500 },
    ));
});
