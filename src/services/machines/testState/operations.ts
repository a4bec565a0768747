/** The row of TestState in the table of operations: what it may touch, and how it gets on record. */
import { passRole } from '../../../protocol/conditionKeys.ts';
import { type Access, type Operations, streams } from '../../../protocol/service.ts';
import type { Parts, Sdk } from '../context.ts';
import { machineErrors } from '../errors.ts';
import type { Integrations } from '../integrations/types.ts';
import { machineArn } from '../names.ts';
import { testState } from './index.ts';
import type { TestInput } from './request.ts';

export function testOperations(
  parts: Pick<Parts, 'ports' | 'world'> & { integrations: Integrations },
): Operations<Sdk, 'TestState'> {
  const { ports, world, integrations } = parts;
  return {
    TestState: streams(
      access,
      (input, call) => {
        const admit = () =>
          call.commit(() => {
            if (!ports.roleTrusts(input.roleArn!, machineArn(call, '*'))) throw machineErrors.role();
          });
        return testState({ ports, world, integrations, admit }, input, call);
      },
      { audit: 'management', readOnly: false },
    ),
  };
}

function access({ roleArn, revealSecrets }: TestInput): Access[] {
  return [
    { action: 'states:TestState', resource: '*' },
    ...(roleArn === undefined ? [] : [passRole(roleArn, 'states.amazonaws.com')]),
    ...(revealSecrets ? [{ action: 'states:RevealSecrets', resource: '*' }] : []),
  ];
}
