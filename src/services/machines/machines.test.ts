import { describe, expect, it } from 'vitest';
import { refusal, START } from '../../../tests/support/operations.ts';
import { LOG_GROUP, machine, passing, ROLE, stateMachines } from '../../../tests/support/stateMachines.ts';
import { removeMachine } from './machines.ts';

const stateMachineArn = machine('m');
const describing = { stateMachineArn };

describe('state machines', () => {
  it('are created, and described with what was left out', async () => {
    const { create, run } = stateMachines();
    const creationDate = new Date(START + 1000);
    expect(await create('m')).toEqual({ stateMachineArn, creationDate });
    expect(await run('DescribeStateMachine', describing)).toEqual({
      ...{ stateMachineArn, creationDate, name: 'm', status: 'ACTIVE', type: 'STANDARD' },
      ...{ definition: passing(), roleArn: ROLE },
      loggingConfiguration: { level: 'OFF', includeExecutionData: false },
      tracingConfiguration: { enabled: false },
      encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
    });
    expect((await run('DescribeStateMachine', { ...describing, includedData: 'METADATA_ONLY' })).definition).toBe('{}');
  });

  it('are the same again for the same request, whatever its role and tags', async () => {
    const { create, run } = stateMachines();
    const tags = [{ key: 'team', value: 'data' }];
    const first = await create('m', { publish: true, versionDescription: 'first' });
    const again = { publish: true, versionDescription: 'first', roleArn: `${ROLE}-2`, tags };
    expect(await create('m', again)).toEqual(first);
    expect((await run('DescribeStateMachine', describing)).roleArn).toBe(ROLE);
    expect(await run('ListTagsForResource', { resourceArn: stateMachineArn })).toEqual({ tags: [] });
  });

  it.each([
    ['definition', { definition: ` ${passing()}` }],
    ['type', { type: 'EXPRESS' }],
    ['logging', { loggingConfiguration: { level: 'OFF', destinations: [] } }],
    ['tracing', { tracingConfiguration: { enabled: true } }],
    ['publishing', { publish: true }],
  ] as const)('are not created over those that differ in %s', async (_, difference) => {
    const { create } = stateMachines();
    await create('m');
    expect(await refusal(create('m', { ...difference } as object))).toBe(
      `StateMachineAlreadyExists: State Machine Already Exists: '${stateMachineArn}'`,
    );
  });

  it('are refused before anything is kept', async () => {
    const { create, run } = stateMachines();
    const refused = (more: object) => refusal(create('m', more));
    expect(await refusal(create('a b'))).toBe("InvalidName: Invalid Name: 'a b'");
    expect(await refused({ definition: '{"StartAt": "A"}' })).toBe(
      "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'",
    );
    expect(await refused({ roleArn: 'arn:aws:iam::123456789012:role/none' })).toBe(
      'AccessDeniedException: Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.',
    );
    expect(await refused({ versionDescription: 'first' })).toBe(
      'ValidationException: Version description can only be set when publish is true',
    );
    const kms = { type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: 'k' };
    expect(await refused({ encryptionConfiguration: kms })).toMatch(/^InvalidEncryptionConfiguration: .*KMS/);
    const owned = { type: 'AWS_OWNED_KEY', kmsKeyId: 'k' };
    expect(await refused({ encryptionConfiguration: owned })).toMatch(/^InvalidEncryptionConfiguration: .*kmsKeyId/);
    expect(await run('ListStateMachines', {})).toEqual({ stateMachines: [] });
  });

  it('belong to their region', async () => {
    const { create, run } = stateMachines();
    await create('m');
    expect(await refusal(run('DescribeStateMachine', describing, { region: 'eu-west-1' }))).toBe(
      `StateMachineDoesNotExist: State Machine Does Not Exist: '${stateMachineArn}'`,
    );
    expect(await run('ListStateMachines', {}, { region: 'eu-west-1' })).toEqual({ stateMachines: [] });
  });

  it('are listed by name, page by page', async () => {
    const { create, run } = stateMachines();
    for (const name of ['c', 'a', 'b']) await create(name);
    const { nextToken, stateMachines: first } = await run('ListStateMachines', { maxResults: 2 });
    expect(first!.map(({ name }) => name)).toEqual(['a', 'b']);
    const rest = await run('ListStateMachines', { maxResults: 0, nextToken });
    expect(rest).toEqual({ stateMachines: [expect.objectContaining({ name: 'c', type: 'STANDARD' })] });
    expect(await refusal(run('ListActivities', { nextToken }))).toBe("InvalidToken: Invalid Token: 'Invalid token'");
  });

  it('log into one group that exists', async () => {
    const { create, run } = stateMachines();
    const to = (...arns: string[]) => ({
      destinations: arns.map((logGroupArn) => ({ cloudWatchLogsLogGroup: { logGroupArn } })),
    });
    const refused = (loggingConfiguration: object) => refusal(create('m', { loggingConfiguration }));
    const exactlyOne =
      'InvalidLoggingConfiguration: Invalid Logging Configuration: Must specify exactly one Log Destination.';
    expect(await refused({ level: 'ALL' })).toBe(exactlyOne);
    expect(await refused({ level: 'ALL', ...to(LOG_GROUP, LOG_GROUP) })).toBe(exactlyOne);
    expect(await refused({ level: 'ALL', ...to(LOG_GROUP.replace('log:*', 'none:*')) })).toBe(
      'InvalidLoggingConfiguration: Invalid Logging Configuration: Log Destination not found.',
    );
    expect(await refused({ level: 'ALL', ...to(LOG_GROUP.slice(0, -2)) })).toMatch(/which ends in ':\*'/);
    expect(await refused({ level: 'ALL', ...to(LOG_GROUP.replace('us-east-1', 'eu-west-1')) })).toMatch(/this account/);
    await create('m', { loggingConfiguration: { level: 'ERROR', ...to(LOG_GROUP) } });
    expect((await run('DescribeStateMachine', describing)).loggingConfiguration).toEqual({
      ...{ level: 'ERROR', includeExecutionData: false, ...to(LOG_GROUP) },
    });
  });
});

describe('an update', () => {
  it('makes a revision of what differs, and none of what does not', async () => {
    const { create, run } = stateMachines();
    await create('m');
    const same = await run('UpdateStateMachine', { stateMachineArn, definition: passing() });
    expect(same).toEqual({ updateDate: new Date(START + 2000) });
    const { revisionId } = await run('UpdateStateMachine', { stateMachineArn, roleArn: `${ROLE}-2` });
    expect(revisionId).toMatch(/^[\da-f-]{36}$/);
    const again = await run('UpdateStateMachine', { stateMachineArn, tracingConfiguration: { enabled: false } });
    expect(again.revisionId).toBe(revisionId);
    expect(await run('DescribeStateMachine', describing)).toMatchObject({
      ...{ revisionId, roleArn: `${ROLE}-2`, definition: passing(), creationDate: new Date(START + 1000) },
    });
  });

  it('is refused when it says nothing, or of what is not there', async () => {
    const { create, run } = stateMachines();
    await create('m', { publish: true });
    const refused = (input: object) => refusal(run('UpdateStateMachine', { stateMachineArn, ...input }));
    expect(await refused({ publish: true })).toMatch(/^MissingRequiredParameter: Either the definition, the role ARN/);
    expect(await refused({ definition: '{}' })).toMatch(/^InvalidDefinition/);
    expect(await refused({ definition: passing('b'), versionDescription: 'b' })).toMatch(/when publish is true/);
    expect(await refused({ stateMachineArn: machine('x'), roleArn: ROLE })).toMatch(/^StateMachineDoesNotExist/);
    expect(await refused({ stateMachineArn: `${stateMachineArn}:1`, roleArn: ROLE })).toMatch(
      /^ValidationException: .* is that of a state machine version/,
    );
    expect(
      await refused({ stateMachineArn: 'arn:aws:states:us-east-1:123456789012:execution:m:e', roleArn: ROLE }),
    ).toBe("InvalidArn: Invalid Arn: 'Resource type not valid in this context: execution'");
    expect(await refused({ stateMachineArn: 'm', roleArn: ROLE })).toBe(
      "InvalidArn: Invalid Arn: 'Invalid ARN prefix: m'",
    );
  });
});

describe('a deleted machine', () => {
  it('goes with all that belongs to it, and its successor has none of it', async () => {
    const { create, run, versions } = stateMachines();
    await create('m', { tags: [{ key: 'team', value: 'data' }] });
    await versions('m', 2);
    const routingConfiguration = [{ stateMachineVersionArn: `${stateMachineArn}:1`, weight: 100 }];
    await run('CreateStateMachineAlias', { name: 'PROD', routingConfiguration });
    await run('DeleteStateMachine', describing);
    expect(await refusal(run('DescribeStateMachine', describing))).toMatch(/^StateMachineDoesNotExist/);
    expect(await run('DeleteStateMachine', describing)).toEqual({});
    await create('m');
    expect(await run('ListStateMachineVersions', describing)).toEqual({ stateMachineVersions: [] });
    expect(await run('ListStateMachineAliases', describing)).toEqual({ stateMachineAliases: [] });
    expect(await run('ListTagsForResource', { resourceArn: stateMachineArn })).toEqual({ tags: [] });
  });

  it('waits for its executions, and meanwhile cannot be changed', async () => {
    const { create, run, running, parts, store } = stateMachines();
    await create('m', { publish: true });
    const row = parts.db.machine({ region: 'us-east-1', name: 'm' })!;
    running.add(row.id);
    await run('DeleteStateMachine', describing);
    expect((await run('DescribeStateMachine', describing)).status).toBe('DELETING');
    const routingConfiguration = [{ stateMachineVersionArn: `${stateMachineArn}:1`, weight: 100 }];
    for (const changed of [
      () => create('m'),
      () => run('UpdateStateMachine', { stateMachineArn, roleArn: ROLE }),
      () => run('PublishStateMachineVersion', describing),
      () => run('CreateStateMachineAlias', { name: 'PROD', routingConfiguration }),
    ])
      expect(await refusal(changed())).toBe(
        `StateMachineDeleting: State Machine is being deleted: '${stateMachineArn}'`,
      );
    await store.transact(() => removeMachine(parts, row));
    await create('m');
  });
});

describe('what policies are asked', () => {
  it('is the machine, and which version or alias of it is meant', () => {
    const { access } = stateMachines();
    expect(access('DescribeStateMachine', { stateMachineArn: `${stateMachineArn}:7` })).toEqual([
      { action: 'states:DescribeStateMachine', resource: stateMachineArn, 'states:StateMachineQualifier': '7' },
    ]);
    expect(access('DeleteStateMachineAlias', { stateMachineAliasArn: `${stateMachineArn}:PROD` })).toEqual([
      { action: 'states:DeleteStateMachineAlias', resource: stateMachineArn, 'states:StateMachineQualifier': 'PROD' },
    ]);
    const routingConfiguration = [{ stateMachineVersionArn: `${stateMachineArn}:7`, weight: 100 }];
    expect(access('CreateStateMachineAlias', { name: 'PROD', routingConfiguration })).toEqual([
      { action: 'states:CreateStateMachineAlias', resource: stateMachineArn, 'states:StateMachineQualifier': 'PROD' },
    ]);
  });

  it('is all that a request does in passing', () => {
    const { access } = stateMachines();
    const tags = [{ key: 'team', value: 'data' }];
    const tagKeys = { 'aws:RequestTag/team': 'data', 'aws:TagKeys': ['team'] };
    const input = { name: 'm', definition: passing(), roleArn: ROLE, publish: true, tags };
    expect(access('CreateStateMachine', input)).toEqual([
      { action: 'states:CreateStateMachine', resource: stateMachineArn, ...tagKeys },
      { action: 'states:TagResource', resource: stateMachineArn, ...tagKeys },
      { action: 'states:PublishStateMachineVersion', resource: stateMachineArn },
      { action: 'iam:PassRole', resource: ROLE, 'iam:PassedToService': 'states.amazonaws.com' },
    ]);
  });
});

describe('a definition', () => {
  it('is validated with errors, and with warnings when they are asked for', async () => {
    const { run } = stateMachines();
    const good = { result: 'OK', diagnostics: [], truncated: false };
    expect(await run('ValidateStateMachineDefinition', { definition: passing() })).toEqual(good);
    const warned = JSON.stringify({
      StartAt: 'Done',
      States: { Done: { Type: 'Pass', Result: '$.a', End: true } },
    });
    expect(await run('ValidateStateMachineDefinition', { definition: warned })).toEqual(good);
    const all = await run('ValidateStateMachineDefinition', { definition: warned, severity: 'WARNING' });
    expect(all).toMatchObject({ result: 'OK', diagnostics: [{ severity: 'WARNING' }], truncated: false });
  });

  it('has as many diagnostics as are asked for, and says when there are more', async () => {
    const { run } = stateMachines();
    const States = Object.fromEntries([1, 2, 3].map((n) => [`S${n}`, { Type: `No${n}` }]));
    const definition = JSON.stringify({ StartAt: 'S1', States });
    const some = await run('ValidateStateMachineDefinition', { definition, maxResults: 1 });
    expect(some).toMatchObject({ result: 'FAIL', diagnostics: [{ severity: 'ERROR' }], truncated: true });
    const every = await run('ValidateStateMachineDefinition', { definition, maxResults: 0 });
    expect(every.truncated).toBe(false);
    expect(every.diagnostics!.length).toBeGreaterThan(2);
  });
});
