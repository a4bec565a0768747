import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, REGION } from '../../../tests/support/operations.ts';
import { machine } from '../../../tests/support/stateMachines.ts';
import { isAwsError } from '../../protocol/errors.ts';
import { machineArn, onMachine, qualifiedArn, requireNamed, statesName } from './names.ts';

const place = { account: ACCOUNT, region: REGION };

describe('an ARN', () => {
  it.each([
    ['m', { kind: 'machine', name: 'm' }],
    ['m:7', { kind: 'version', name: 'm', version: 7 }],
    ['m:PROD', { kind: 'alias', name: 'm', alias: 'PROD' }],
    ['m:07', { kind: 'alias', name: 'm', alias: '07' }],
    ['m/label', { kind: 'label', name: 'm', label: 'label' }],
  ] as const)('that ends in %s names what it says', (end, named) => {
    expect(statesName(machine(end))).toEqual({ ...place, ...named });
  });

  it.each(['m:7:8', 'm/a/b', 'm:', ':7', 'm/a:7', ''])('that ends in %j names nothing', (end) => {
    expect(statesName(machine(end))).toBeUndefined();
  });

  it('of another partition names nothing, so that no denial of the machine is got round', () => {
    expect(statesName(machine('m').replace('arn:aws:', 'arn:aws-cn:'))).toBeUndefined();
  });

  it('is read as it was written', () => {
    const name = fc.stringMatching(/^[\w.-]{1,80}$/);
    fc.assert(
      fc.property(name, fc.integer({ min: 1, max: 1e9 }), (text, version) => {
        expect(statesName(machineArn(place, text))).toEqual({ ...place, kind: 'machine', name: text });
        expect(statesName(qualifiedArn(place, text, version))).toEqual({
          ...place,
          kind: 'version',
          name: text,
          version,
        });
      }),
    );
  });

  it('of any text is answered or refused, and asked of policies as it came', () => {
    const text = fc.oneof(fc.string(), fc.string().map(machine), fc.stringMatching(/^arn(:[a-z\d/]*){0,8}$/));
    fc.assert(
      fc.property(text, (arn) => {
        try {
          expect(requireNamed(arn, 'machine', 'version').kind).toMatch(/^(machine|version)$/);
        } catch (error) {
          expect(isAwsError(error) && error.code).toMatch(/^(InvalidArn|ValidationException)$/);
        }
        // A policy on a machine covers its versions and aliases, and nothing that merely begins like it.
        const { resource } = onMachine('DescribeStateMachine', arn);
        const named = statesName(arn);
        const qualified = named?.kind === 'version' || named?.kind === 'alias';
        expect(resource).toBe(qualified ? machineArn(named, named.name) : arn);
      }),
    );
  });
});
