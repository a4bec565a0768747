import { describe, expect, it } from 'vitest';
import { refusal, START } from '../../../tests/support/operations.ts';
import { machine, passing, stateMachines } from '../../../tests/support/stateMachines.ts';
import { MOST_ALIASES, MOST_VERSIONS } from './legal.ts';

const stateMachineArn = machine('m');
const of = { stateMachineArn };
const route = (version: number, weight = 100, name = 'm') => ({
  stateMachineVersionArn: `${machine(name)}:${version}`,
  weight,
});

async function versioned(count = 2) {
  const made = stateMachines();
  await made.create('m');
  await made.versions('m', count);
  const alias = (name: string, ...routingConfiguration: ReturnType<typeof route>[]) =>
    made.run('CreateStateMachineAlias', { name, routingConfiguration });
  return { ...made, alias };
}

describe('versions', () => {
  it('are snapshots: what comes later does not change them', async () => {
    const { run } = await versioned();
    await run('UpdateStateMachine', { ...of, definition: passing('later') });
    const first = await run('DescribeStateMachine', { stateMachineArn: `${stateMachineArn}:1` });
    expect(first).toMatchObject({
      ...{ stateMachineArn: `${stateMachineArn}:1`, name: 'm', definition: passing('version 1') },
      creationDate: new Date(START + 2000),
    });
    expect(first.revisionId).not.toBe((await run('DescribeStateMachine', of)).revisionId);
  });

  it('are one to a revision, described as the first request said', async () => {
    const { create, run } = stateMachines();
    await create('m');
    const first = await run('PublishStateMachineVersion', { ...of, description: 'first' });
    expect(first.stateMachineVersionArn).toBe(`${stateMachineArn}:1`);
    expect(await run('PublishStateMachineVersion', { ...of, description: 'other' })).toEqual(first);
    const described = await run('DescribeStateMachine', { stateMachineArn: first.stateMachineVersionArn });
    expect(described.description).toBe('first');
  });

  it('are published of the revision that is meant', async () => {
    const { create, run } = stateMachines();
    await create('m');
    await run('PublishStateMachineVersion', { ...of, revisionId: 'INITIAL' });
    const { revisionId } = await run('UpdateStateMachine', { ...of, definition: passing('later') });
    expect(await refusal(run('PublishStateMachineVersion', { ...of, revisionId: 'INITIAL' }))).toBe(
      `ConflictException: Failed to publish the State Machine version for revision INITIAL. The current State Machine revision is ${revisionId}.`,
    );
    const second = await run('PublishStateMachineVersion', { ...of, revisionId });
    expect(second.stateMachineVersionArn).toBe(`${stateMachineArn}:2`);
  });

  it('are listed newest first, and no number comes again', async () => {
    const { run, versions } = await versioned(3);
    await run('DeleteStateMachineVersion', { stateMachineVersionArn: `${stateMachineArn}:3` });
    await run('DeleteStateMachineVersion', { stateMachineVersionArn: `${stateMachineArn}:3` });
    await versions('m', 1);
    const numbers = async (page: object) => {
      const { stateMachineVersions, nextToken } = await run('ListStateMachineVersions', { ...of, ...page });
      return [stateMachineVersions!.map(({ stateMachineVersionArn }) => stateMachineVersionArn!.at(-1)), nextToken];
    };
    const [first, nextToken] = await numbers({ maxResults: 2 });
    expect(first).toEqual(['4', '2']);
    expect(await numbers({ nextToken })).toEqual([['1'], undefined]);
    expect(await run('ListStateMachineVersions', { stateMachineArn: machine('x') })).toEqual({
      stateMachineVersions: [],
    });
  });

  it('stay while an alias leads to them', async () => {
    const { run, alias } = await versioned();
    await alias('PROD', route(1, 50), route(2, 50));
    await alias('STAGE', route(2));
    const stateMachineVersionArn = `${stateMachineArn}:2`;
    expect(await refusal(run('DeleteStateMachineVersion', { stateMachineVersionArn }))).toBe(
      'ConflictException: Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [PROD, STAGE]',
    );
  });

  it(`are ${MOST_VERSIONS} at most`, async () => {
    const { create, run, store, parts } = stateMachines();
    await create('m');
    const { id, revision } = parts.db.machine({ region: 'us-east-1', name: 'm' })!;
    await store.transact(() => {
      for (let version = 1; version <= MOST_VERSIONS; version += 1)
        parts.db.insertVersion({ machine: id, version, revision: -version, description: null, created_at: revision });
    });
    expect(await refusal(run('PublishStateMachineVersion', of))).toMatch(/^ServiceQuotaExceededException: .*1000/);
  });
});

describe('aliases', () => {
  it('are made, described, changed and deleted', async () => {
    const { run, alias } = await versioned();
    const stateMachineAliasArn = `${stateMachineArn}:PROD`;
    const named = { stateMachineAliasArn };
    const made = await alias('PROD', route(1));
    expect(made).toEqual({ stateMachineAliasArn, creationDate: new Date(START + 4000) });
    await run('UpdateStateMachineAlias', { ...named, description: 'live' });
    await run('UpdateStateMachineAlias', { ...named, routingConfiguration: [route(2, 90), route(1, 10)] });
    expect(await run('DescribeStateMachineAlias', named)).toEqual({
      ...{ stateMachineAliasArn, name: 'PROD', description: 'live' },
      routingConfiguration: [route(2, 90), route(1, 10)],
      ...{ creationDate: new Date(START + 4000), updateDate: new Date(START + 6000) },
    });
    expect(await refusal(run('UpdateStateMachineAlias', named))).toMatch(
      /^ValidationException: Either the description/,
    );
    await run('DeleteStateMachineAlias', named);
    expect(await refusal(run('DescribeStateMachineAlias', named))).toBe(
      `ResourceNotFound: Resource not found: '${stateMachineAliasArn}'`,
    );
  });

  it('are the same again for the same request, and no other', async () => {
    const { alias } = await versioned();
    const first = await alias('PROD', route(1));
    expect(await alias('PROD', route(1))).toEqual(first);
    expect(await refusal(alias('PROD', route(2)))).toBe(
      'ConflictException: Failed to create alias because an alias with the same name and a different routing configuration already exists.',
    );
  });

  it('lead to versions of one machine, whose weights make a whole', async () => {
    const { create, alias, run } = await versioned();
    await create('other', { publish: true });
    const unqualified = { stateMachineVersionArn: stateMachineArn, weight: 100 };
    expect(await refusal(alias('a', unqualified))).toBe(
      `ValidationException: Routing configuration must contain state machine version ARNs. Received: [${stateMachineArn}]`,
    );
    expect(await refusal(alias('a', route(1, 50), route(1, 50, 'other')))).toMatch(
      /versions of the same state machine/,
    );
    expect(await refusal(alias('a', route(1, 50), route(1, 50)))).toMatch(/two different versions/);
    expect(await refusal(alias('a', route(1, 50), route(2, 49)))).toMatch(/must be equal to 100. Received: \[50, 49\]/);
    expect(await refusal(alias('a', route(9)))).toBe(`ResourceNotFound: Resource not found: '${stateMachineArn}:9'`);
    await alias('a', route(1));
    const moved = { stateMachineAliasArn: `${stateMachineArn}:a`, routingConfiguration: [route(1, 100, 'other')] };
    expect(await refusal(run('UpdateStateMachineAlias', moved))).toMatch(/versions of the same state machine/);
  });

  it('are listed of a machine, or of those that lead to a version', async () => {
    const { run, alias } = await versioned();
    await alias('b', route(1));
    await alias('a', route(2));
    await alias('c', route(1, 1), route(2, 99));
    const names = async (input: { stateMachineArn: string; maxResults?: number; nextToken?: string | undefined }) => {
      const { stateMachineAliases, nextToken } = await run('ListStateMachineAliases', input);
      return { names: stateMachineAliases!.map((one) => one.stateMachineAliasArn!.at(-1)), nextToken };
    };
    const first = await names({ ...of, maxResults: 2 });
    expect(first.names).toEqual(['a', 'b']);
    expect((await names({ ...of, nextToken: first.nextToken })).names).toEqual(['c']);
    expect((await names({ stateMachineArn: `${stateMachineArn}:2` })).names).toEqual(['a', 'c']);
    expect(await refusal(names({ stateMachineArn: machine('x') }))).toMatch(/^StateMachineDoesNotExist/);
  });

  it(`are ${MOST_ALIASES} at most`, async () => {
    const { alias } = await versioned();
    for (let n = 0; n < MOST_ALIASES; n += 1) await alias(`a${n}`, route(1));
    expect(await refusal(alias('one-more', route(1)))).toMatch(/^ServiceQuotaExceededException: .*100 aliases/);
  });
});
