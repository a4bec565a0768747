/** EventBridge's operations, on a real server: what they answer, and what they refuse in which words. */
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRules, type Rules } from '../support/eventRules.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { pause } from '../support/workbench.ts';

let server: TestServer;
let rules: Rules;
let events: EventBridge;

beforeAll(async () => {
  server = await startTestServer();
  rules = await openRules(server.client);
  events = rules.events;
});
afterAll(() => server.close());

const EventPattern = '{"source":["x"]}';
const arnOf = (resource: string) => `arn:aws:events:us-east-1:000000000000:${resource}`;

describe('event buses', () => {
  it('are made, described, changed, listed and deleted; the default one is there', async () => {
    const { EventBusArn } = await events.createEventBus({ Name: 'made', Description: 'one' });
    expect(EventBusArn).toBe(arnOf('event-bus/made'));
    await events.updateEventBus({ Name: 'made', Description: 'two' });
    expect(await events.describeEventBus({ Name: EventBusArn })).toMatchObject({ Name: 'made', Description: 'two' });
    expect(await events.describeEventBus({})).toMatchObject({ Name: 'default', Arn: arnOf('event-bus/default') });
    const names = async (NamePrefix?: string) =>
      (await events.listEventBuses({ NamePrefix })).EventBuses?.map(({ Name }) => Name);
    expect([await names(), await names('m')]).toEqual([['default', 'made'], ['made']]);
    await events.deleteEventBus({ Name: 'made' });
    await events.deleteEventBus({ Name: 'made' }); // is no mistake
    await expect(events.describeEventBus({ Name: 'made' })).rejects.toThrow('Event bus made does not exist.');
  });

  it('are refused where AWS refuses them', async () => {
    await events.createEventBus({ Name: 'twice' });
    await expect(events.createEventBus({ Name: 'twice' })).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
    await expect(events.deleteEventBus({ Name: 'default' })).rejects.toThrow('Cannot delete event bus default.');
    await expect(events.createEventBus({ Name: 'a', KmsKeyIdentifier: 'k' })).rejects.toThrow('KMS');
    await expect(events.createEventBus({ Name: 'aws.partner/x' })).rejects.toThrow('partner');
    await events.putRule({ Name: 'r', EventBusName: 'twice', EventPattern });
    await expect(events.deleteEventBus({ Name: 'twice' })).rejects.toThrow('has 1 rule');
  });

  it('let others put events as their policy says', async () => {
    const { iam } = rules;
    await events.createEventBus({ Name: 'open' });
    await iam.createUser({ UserName: 'guest' });
    const { AccessKey } = await iam.createAccessKey({ UserName: 'guest' });
    const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    const guest = new EventBridge({ ...server.client, credentials });
    const put = (Source: string) =>
      guest.putEvents({ Entries: [{ EventBusName: 'open', Source, DetailType: 't', Detail: '{}' }] });
    await expect(put('guests')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const Statement = {
      ...{ Sid: 'guests', Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:user/guest' } },
      ...{ Action: 'events:PutEvents', Resource: arnOf('event-bus/open') },
      Condition: { StringEquals: { 'events:source': 'guests' } },
    };
    await events.putPermission({ EventBusName: 'open', Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
    expect((await put('guests')).FailedEntryCount).toBe(0);
    await expect(put('strangers')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await events.putPermission({
      EventBusName: 'open',
      StatementId: 'all',
      Action: 'events:PutEvents',
      Principal: '*',
    });
    expect(JSON.parse((await events.describeEventBus({ Name: 'open' })).Policy!).Statement).toHaveLength(2);
    await events.removePermission({ EventBusName: 'open', StatementId: 'guests' });
    await events.removePermission({ EventBusName: 'open', RemoveAllPermissions: true });
    await expect(events.removePermission({ EventBusName: 'open', StatementId: 'all' })).rejects.toThrow(
      'does not have a policy',
    );
    await expect(put('guests')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('rules', () => {
  it('are put, described, listed by page, tagged and deleted', async () => {
    for (const n of [1, 2, 3])
      await events.putRule({ Name: `list-${n}`, EventPattern, Tags: [{ Key: 'n', Value: `${n}` }] });
    const first = await events.listRules({ NamePrefix: 'list-', Limit: 2 });
    expect(first.Rules?.map(({ Name }) => Name)).toEqual(['list-1', 'list-2']);
    const rest = await events.listRules({ NamePrefix: 'list-', Limit: 2, NextToken: first.NextToken });
    expect(rest).toMatchObject({
      Rules: [{ Name: 'list-3', Arn: arnOf('rule/list-3'), State: 'ENABLED', EventPattern }],
    });
    const ResourceARN = arnOf('rule/list-1');
    await events.tagResource({ ResourceARN, Tags: [{ Key: 'telar:missed', Value: 'skip' }] });
    await events.untagResource({ ResourceARN, TagKeys: ['n'] });
    expect((await events.listTagsForResource({ ResourceARN })).Tags).toEqual([{ Key: 'telar:missed', Value: 'skip' }]);
    await events.deleteRule({ Name: 'list-1' });
    await events.deleteRule({ Name: 'list-1' });
    await expect(events.describeRule({ Name: 'list-1' })).rejects.toThrow(
      'Rule list-1 does not exist on EventBus default.',
    );
    await expect(events.listTagsForResource({ ResourceARN })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('that are put again are what was put last, with the targets that they had', async () => {
    const Arn = await rules.keeper('again');
    await rules.rule('again', { source: ['a'] }, { Arn }, { Description: 'first' });
    await events.putRule({ Name: 'again', ScheduleExpression: 'rate(7 days)' });
    const { EventPattern: pattern, Description, ScheduleExpression } = await events.describeRule({ Name: 'again' });
    expect([pattern, Description, ScheduleExpression]).toEqual([undefined, undefined, 'rate(7 days)']);
    expect((await events.listTargetsByRule({ Rule: 'again' })).Targets).toMatchObject([{ Id: 'target', Arn }]);
    expect((await events.listRuleNamesByTarget({ TargetArn: Arn })).RuleNames).toEqual(['again']);
    await expect(events.deleteRule({ Name: 'again' })).rejects.toThrow("Rule can't be deleted since it has targets.");
    await events.removeTargets({ Rule: 'again', Ids: ['target', 'never'] });
    await events.deleteRule({ Name: 'again' });
  });

  it.each<[string, object, string, RegExp | string]>([
    [
      'nothing to match',
      {},
      'ValidationException',
      'Parameter(s) EventPattern or ScheduleExpression must be specified.',
    ],
    [
      'no schedule',
      { ScheduleExpression: 'rate(1 minutes)' },
      'ValidationException',
      'Parameter ScheduleExpression is not valid.',
    ],
    [
      'no pattern',
      { EventPattern: '{"a":1}' },
      'InvalidEventPatternException',
      /^Event pattern is not valid. Reason: "a" must be an object or an array\n at/,
    ],
    [
      'too deep a pattern',
      { EventPattern: `${'{"a":'.repeat(1001)}[1]${'}'.repeat(1001)}` },
      'ValidationException',
      /eventPattern|4096/,
    ],
    [
      'a wildcard that is too complex',
      { EventPattern: '{"a":[{"wildcard":"*:*:*:*:*:*:*"}]}' },
      'InvalidEventPatternException',
      /Rule is too complex/,
    ],
    [
      'no such bus',
      { EventPattern, EventBusName: 'nowhere' },
      'ResourceNotFoundException',
      'Event bus nowhere does not exist.',
    ],
    [
      'a role that there is not',
      { EventPattern, RoleArn: 'arn:aws:iam::000000000000:role/none' },
      'ValidationException',
      /cannot be assumed by principal 'events.amazonaws.com'/,
    ],
    [
      'a tag without meaning',
      { EventPattern, Tags: [{ Key: 'telar:missed', Value: 'later' }] },
      'ValidationException',
      /run-once or skip/,
    ],
    [
      'events of CloudTrail',
      { EventPattern, State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' },
      'ValidationException',
      /CloudTrail/,
    ],
  ])('are refused: %s', async (_, input, name, message) => {
    await expect(events.putRule({ Name: 'refused', ...input })).rejects.toMatchObject({
      ...{ name, message: typeof message === 'string' ? message : expect.stringMatching(message) },
    });
  });

  it('have schedules on the default bus alone', async () => {
    await events.createEventBus({ Name: 'timeless' });
    const asked = { Name: 'r', EventBusName: 'timeless', ScheduleExpression: 'rate(1 day)' };
    await expect(events.putRule(asked)).rejects.toThrow(
      'ScheduleExpression is supported only on the default event bus.',
    );
  });
});

describe('targets', () => {
  it('are taken one by one: what is wrong with one does not keep the others out', async () => {
    await events.putRule({ Name: 'mixed', EventPattern });
    const Arn = await rules.keeper('mixed');
    const { FailedEntryCount, FailedEntries } = await events.putTargets({
      Rule: 'mixed',
      Targets: [
        { Id: 'good', Arn, RoleArn: rules.starterRole },
        { Id: 'no-role', Arn },
        { Id: 'no-arn', Arn: 'queue' },
        { Id: 'kinesis', Arn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s' },
        { Id: 'elsewhere', Arn: 'arn:aws:sqs:eu-west-1:000000000000:q' },
        { Id: 'http', Arn, RoleArn: rules.starterRole, HttpParameters: {} },
        { Id: 'fifo', Arn: 'arn:aws:sqs:us-east-1:000000000000:q.fifo' },
        { Id: 'input', Arn, RoleArn: rules.starterRole, Input: '{' },
      ],
    });
    const said = Object.fromEntries(FailedEntries!.map(({ TargetId, ErrorMessage }) => [TargetId, ErrorMessage]));
    expect([FailedEntryCount, said]).toEqual([
      7,
      {
        'no-role': `RoleArn is required for target ${Arn}.`,
        'no-arn': expect.stringContaining('Provided Arn is not in correct format.'),
        kinesis: expect.stringContaining('Telar does not serve targets like'),
        elsewhere: expect.stringContaining('another account or region'),
        http: expect.stringContaining('HttpParameters'),
        fifo: 'Parameter(s) SqsParameters must be specified for target: fifo.',
        input: 'JSON syntax error in input for target input',
      },
    ]);
    expect((await events.listTargetsByRule({ Rule: 'mixed' })).Targets?.map(({ Id }) => Id)).toEqual(['good']);
  });

  it('are five of a rule at most', async () => {
    await events.putRule({ Name: 'many', EventPattern });
    const Arn = 'arn:aws:sqs:us-east-1:000000000000:q';
    const some = (count: number) => Array.from({ length: count }, (_, at) => ({ Id: `t${at}`, Arn }));
    await events.putTargets({ Rule: 'many', Targets: some(5) });
    await expect(events.putTargets({ Rule: 'many', Targets: some(6) })).rejects.toMatchObject({
      name: 'LimitExceededException',
    });
  });
});

describe('PutEvents', () => {
  it('takes entries one by one', async () => {
    const good = { Source: 's', DetailType: 't', Detail: '{}' };
    const deep = `{"a":${'['.repeat(2000)}${']'.repeat(2000)}}`;
    const { FailedEntryCount, Entries } = await events.putEvents({
      Entries: [
        good,
        { ...good, Source: undefined },
        { ...good, DetailType: undefined },
        { ...good, Detail: undefined },
        { ...good, Detail: '{' },
        { ...good, Detail: '[]' },
        { ...good, Detail: deep },
        { ...good, Source: 'aws.s3' },
        { ...good, EventBusName: 'nowhere' },
      ],
    });
    const required = (name: string) => ({
      ...{
        ErrorCode: 'InvalidArgument',
        ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      },
    });
    const malformed = { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    const taken = { EventId: expect.stringMatching(/^[\da-f-]{36}$/) };
    expect([FailedEntryCount, Entries]).toEqual([
      7,
      [
        ...[taken, required('Source'), required('DetailType'), required('Detail'), malformed, malformed, malformed],
        ...[{ ErrorCode: 'NotAuthorizedForSource', ErrorMessage: 'Not authorized for the source.' }, taken],
      ],
    ]);
  });

  it('refuses what is too much', async () => {
    const entry = { Source: 's', DetailType: 't', Detail: '{}' };
    await expect(events.putEvents({ Entries: Array(11).fill(entry) })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const Detail = JSON.stringify({ text: 'x'.repeat(1_048_576) });
    await expect(events.putEvents({ Entries: [{ ...entry, Detail }] })).rejects.toThrow('Total size of the entries');
  });
});

describe('archives', () => {
  it('keep what they match, and replay it to the rules that are named, in its order', async () => {
    const [Arn, other] = [await rules.keeper('replayed'), await rules.keeper('not-replayed')];
    const { EventBusArn: EventSourceArn = '' } = await events.createEventBus({ Name: 'archived' });
    const EventPattern = '{"detail":{"keep":[true]}}';
    const { ArchiveArn } = await events.createArchive({
      ArchiveName: 'kept',
      EventSourceArn,
      EventPattern,
      RetentionDays: 3,
    });
    const put = (n: number, keep: boolean) => rules.put('a', { n, keep }, { EventBusName: 'archived' });
    const ids = [await put(1, true), await put(2, false), await put(3, true)];
    const described = await events.describeArchive({ ArchiveName: 'kept' });
    expect(described).toMatchObject({ ArchiveArn, State: 'ENABLED', EventCount: 2, RetentionDays: 3, EventPattern });
    expect(described.SizeBytes).toBeGreaterThan(100);
    const more = { EventBusName: 'archived' };
    const rule = await rules.rule('replayed', { source: ['a'] }, { Arn }, more);
    await rules.rule('not-replayed', { source: ['a'] }, { Arn: other }, more);
    const times = { EventStartTime: new Date(Date.now() - 60_000), EventEndTime: new Date(Date.now() + 60_000) };
    const Destination = { Arn: EventSourceArn, FilterArns: [rule] };
    await events.startReplay({ ReplayName: 'again', EventSourceArn: ArchiveArn, Destination, ...times });
    const sent = await rules.sent(Arn, 2);
    expect(sent.map(({ id }) => id)).toEqual([ids[0], ids[2]]);
    expect(sent[0]).toMatchObject({ 'replay-name': 'again', detail: { n: 1 } });
    for (;;) {
      const { State, ReplayEndTime } = await events.describeReplay({ ReplayName: 'again' });
      if (State === 'COMPLETED') {
        expect(ReplayEndTime).toBeInstanceOf(Date);
        break;
      }
      await pause(20);
    }
    expect(await rules.kept(other)).toEqual([]);
    expect((await events.describeArchive({ ArchiveName: 'kept' })).EventCount).toBe(2);
    await expect(events.cancelReplay({ ReplayName: 'again' })).rejects.toMatchObject({
      name: 'IllegalStatusException',
    });
    expect((await events.listReplays({ State: 'COMPLETED' })).Replays).toMatchObject([{ ReplayName: 'again' }]);
    await events.updateArchive({ ArchiveName: 'kept', RetentionDays: 0, Description: 'for good' });
    expect((await events.listArchives({ EventSourceArn })).Archives).toMatchObject([
      { ArchiveName: 'kept', RetentionDays: 0 },
    ]);
    await events.deleteArchive({ ArchiveName: 'kept' });
    await expect(events.describeArchive({ ArchiveName: 'kept' })).rejects.toThrow('Archive kept does not exist.');
  });
});

it('what Telar leaves out is refused by name', async () => {
  await expect(events.listApiDestinations({})).rejects.toThrow(
    'events:ListApiDestinations: it sends to no API destinations.',
  );
  await expect(events.listPartnerEventSources({ NamePrefix: 'aws.partner/x' })).rejects.toThrow('partner');
});

it('an event to be tested must be one', async () => {
  const tested = (Event: string) => events.testEventPattern({ EventPattern, Event });
  await expect(tested('{')).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(tested('{"id":"1"}')).rejects.toThrow('it has no account');
  const whole = { id: '1', account: '0', source: 'x', time: 't', region: 'r', 'detail-type': 'd' };
  expect((await tested(JSON.stringify(whole))).Result).toBe(true);
});
