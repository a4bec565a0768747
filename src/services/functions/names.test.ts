/** Names of functions, in all the forms in which clients give them. */
import { describe, expect, it } from 'vitest';
import { functionArn, functionName, versionNumber } from './names.ts';

const HERE = { account: '000000000000', region: 'eu-west-1' };

describe('a function', () => {
  it.each([
    ['f', undefined, { name: 'f', qualifier: undefined }],
    ['f', 'live', { name: 'f', qualifier: 'live' }],
    ['f:7', undefined, { name: 'f', qualifier: '7' }],
    ['f:$LATEST', '$LATEST', { name: 'f', qualifier: '$LATEST' }],
    ['function:f', undefined, { name: 'f', qualifier: undefined }],
    ['000000000000:function:f', undefined, { name: 'f', qualifier: undefined }],
    ['arn:aws:lambda:eu-west-1:000000000000:function:f:live', undefined, { name: 'f', qualifier: 'live' }],
  ])('is named %s (%s)', (given, qualifier, named) => {
    expect(functionName(HERE, given, qualifier)).toEqual(named);
  });

  it.each([
    ['arn:aws:lambda:us-east-1:000000000000:function:f', undefined, 'ResourceNotFoundException'],
    ['111111111111:function:f', undefined, 'ResourceNotFoundException'],
    ['f:1', '2', 'InvalidParameterValueException'],
    ['arn:aws:s3:::bucket', undefined, 'InvalidParameterValueException'],
    ['../f', undefined, 'InvalidParameterValueException'],
  ])('is not named %s (%s)', (given, qualifier, code) => {
    expect(() => functionName(HERE, given, qualifier)).toThrow(expect.objectContaining({ code }));
  });

  it('has an ARN, with its version or alias', () => {
    expect(functionArn(HERE, 'f', 'live')).toBe('arn:aws:lambda:eu-west-1:000000000000:function:f:live');
  });

  it.each([
    [undefined, 0],
    ['$LATEST', 0],
    ['12', 12],
    ['0', undefined],
    ['live', undefined],
  ])('%s is version %s', (qualifier, number) => {
    expect(versionNumber(qualifier)).toBe(number);
  });
});
