import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, REGION } from '../../../tests/support/operations.ts';
import { machine, passing, stateMachines } from '../../../tests/support/stateMachines.ts';
import { pickRoute, resolveMachine } from './resolve.ts';

const place = { account: ACCOUNT, region: REGION };

async function resolving() {
  const made = stateMachines();
  await made.create('m');
  await made.versions('m', 2);
  const routingConfiguration = [1, 2].map((version) => ({
    stateMachineVersionArn: `${machine('m')}:${version}`,
    weight: version === 1 ? 80 : 20,
  }));
  await made.run('CreateStateMachineAlias', { name: 'PROD', routingConfiguration });
  await made.run('UpdateStateMachine', { stateMachineArn: machine('m'), definition: passing('latest') });
  const resolve = (arn: string, chance = 0) => resolveMachine(made.parts, place, arn, chance);
  return { ...made, resolve };
}

describe('an execution is begun', () => {
  it('with the latest revision of a machine', async () => {
    const { resolve } = await resolving();
    const found = resolve(machine('m'));
    expect(found).toMatchObject({ machineArn: machine('m'), revision: { definition: passing('latest') } });
    expect([found.versionArn, found.aliasArn]).toEqual([undefined, undefined]);
  });

  it('with a version', async () => {
    const { resolve } = await resolving();
    const found = resolve(`${machine('m')}:1`);
    expect(found).toMatchObject({ versionArn: `${machine('m')}:1`, revision: { definition: passing('version 1') } });
    expect(found.aliasArn).toBeUndefined();
  });

  it('with the version that an alias leads to, by chance', async () => {
    const { resolve } = await resolving();
    const aliasArn = `${machine('m')}:PROD`;
    expect(resolve(aliasArn, 0.79)).toMatchObject({ aliasArn, versionArn: `${machine('m')}:1` });
    expect(resolve(aliasArn, 0.8)).toMatchObject({ aliasArn, versionArn: `${machine('m')}:2` });
  });

  it('with nothing that is not there', async () => {
    const { resolve } = await resolving();
    for (const arn of [machine('x'), `${machine('m')}:9`, `${machine('m')}:TEST`])
      expect(() => resolve(arn)).toThrow(`State Machine Does Not Exist: '${arn}'`);
    expect(() => resolve(`${machine('m')}/label`)).toThrow(/is that of a distributed Map state/);
    expect(() => resolve('nonsense')).toThrow("Invalid Arn: 'Invalid ARN prefix: nonsense'");
  });

  it('with nothing of a machine that is being deleted', async () => {
    const { resolve, run, parts, running } = await resolving();
    running.add(parts.db.machine({ region: REGION, name: 'm' })!.id);
    await run('DeleteStateMachine', { stateMachineArn: machine('m') });
    expect(() => resolve(machine('m'))).toThrow(/is being deleted/);
  });
});

it('an alias spreads by weight, and a weight of 0 gets nothing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 99_999 }), (weight, part) => {
      const routes = [
        { version: 1, weight },
        { version: 2, weight: 100 - weight },
      ];
      expect(pickRoute(routes, part / 100_000).version).toBe(part / 1000 < weight ? 1 : 2);
    }),
  );
});
