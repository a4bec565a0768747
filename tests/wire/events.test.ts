/** Rules and their targets, on a real server, with EventBridge's own SDK: what matches starts what it should, as whom it should. */
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRules, type Rules } from '../support/eventRules.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { openWorkbench, pause } from '../support/workbench.ts';

let server: TestServer;
let rules: Rules;

beforeAll(async () => {
  server = await startTestServer();
  rules = await openRules(server.client);
});
afterAll(() => server.close());

describe('a rule', () => {
  it('starts a state machine with the event that matches, and with no other', async () => {
    const Arn = await rules.keeper('orders');
    await rules.rule('orders', { source: ['shop'], detail: { total: [{ numeric: ['>', 100] }] } }, { Arn });
    await rules.put('shop', { total: 99 });
    const id = await rules.put('shop', { total: 101 }, { Resources: ['order/7'], Time: new Date(1_700_000_000_500) });
    const [event] = await rules.sent(Arn, 1);
    expect(event).toEqual({
      ...{ version: '0', id, source: 'shop', 'detail-type': 'happened', account: '000000000000' },
      ...{ time: '2023-11-14T22:13:20Z', region: 'us-east-1', resources: ['order/7'], detail: { total: 101 } },
    });
    expect(await rules.kept(Arn)).toHaveLength(1);
  });

  it('sends to none of its targets while it is disabled', async () => {
    const Arn = await rules.keeper('paused');
    await rules.rule('paused', { source: ['pausing'] }, { Arn });
    await rules.events.disableRule({ Name: 'paused' });
    await rules.put('pausing', { n: 1 });
    await rules.events.enableRule({ Name: 'paused' });
    await rules.put('pausing', { n: 2 });
    expect((await rules.sent(Arn, 1)).map(({ detail }) => detail)).toEqual([{ n: 2 }]);
  });

  it('sends what its target’s input makes of the event', async () => {
    const Arn = await rules.keeper('inputs');
    const inputs = [
      { Input: '{"constant":true}' },
      { InputPath: '$.detail.list[1]' },
      {
        InputTransformer: {
          InputPathsMap: { who: '$.detail.who', list: '$.detail.list' },
          InputTemplate: '{"text":"<who> of <aws.events.rule-name>","who":<who>,"list":<list>,"none":<none>}',
        },
      },
      { InputTransformer: { InputTemplate: '{"all":<aws.events.event.json>,"arn":"<aws.events.rule-arn>"}' } },
    ];
    inputs[2]!.InputTransformer!.InputPathsMap = {
      ...inputs[2]!.InputTransformer!.InputPathsMap,
      none: '$.detail.none',
    } as never;
    await rules.events.putRule({ Name: 'inputs', EventPattern: '{"source":["inputs"]}' });
    const Targets = inputs.map((input, at) => ({ Id: String(at), Arn, RoleArn: rules.starterRole, ...input }));
    expect((await rules.events.putTargets({ Rule: 'inputs', Targets })).FailedEntries).toEqual([]);
    const id = await rules.put('inputs', { who: 'a "quoted"\nname', list: [1, 2] });
    const kept = (await rules.keptAll(Arn, 4)).map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(kept).toContainEqual({ constant: true });
    expect(kept).toContainEqual(2);
    const who = 'a "quoted"\nname';
    expect(kept).toContainEqual({ text: `${who} of inputs`, who, list: [1, 2], none: '' });
    expect(kept.find(({ all }) => all)).toMatchObject({ all: { id }, arn: expect.stringMatching(/:rule\/inputs$/) });
  });

  it('starts a pipeline with parameters from the event', async () => {
    const bench = await openWorkbench(server, 'events');
    const role = await rules.role('pipeline-starters', 'events.amazonaws.com', 'sagemaker:StartPipelineExecution');
    const Steps = [{ Name: 'fails', Type: 'Fail', Arguments: { ErrorMessage: { Get: 'Parameters.Reason' } } }];
    const Parameters = [
      { Name: 'Reason', Type: 'String' },
      { Name: 'Fixed', Type: 'String' },
    ];
    const arn = await bench.createPipeline('from-rule', { Version: '2020-12-01', Parameters, Steps });
    const PipelineParameterList = [
      { Name: 'Reason', Value: '$.detail.reason' },
      { Name: 'Fixed', Value: 'x' },
    ];
    await rules.rule(
      'pipelines',
      { source: ['retrain'] },
      {
        ...{ Arn: arn ?? 'arn:aws:sagemaker:us-east-1:000000000000:pipeline/from-rule', RoleArn: role },
        SageMakerPipelineParameters: { PipelineParameterList },
      },
    );
    await rules.put('retrain', { reason: 'drift' });
    for (;;) {
      const { PipelineExecutionSummaries: [run] = [] } = await bench.sagemaker.listPipelineExecutions({
        PipelineName: 'from-rule',
      });
      if (run?.PipelineExecutionStatus === 'Failed') {
        const PipelineExecutionArn = run.PipelineExecutionArn!;
        const { PipelineParameters } = await bench.sagemaker.listPipelineParametersForExecution({
          PipelineExecutionArn,
        });
        expect(PipelineParameters).toEqual([
          { Name: 'Reason', Value: 'drift' },
          { Name: 'Fixed', Value: 'x' },
        ]);
        break;
      }
      await pause(20);
    }
  });

  it('writes into a log group, as a role that may', async () => {
    const logs = new CloudWatchLogs(server.client);
    await logs.createLogGroup({ logGroupName: '/events/all' });
    const RoleArn = await rules.role('log-writers', 'events.amazonaws.com', 'logs:*');
    const Arn = 'arn:aws:logs:us-east-1:000000000000:log-group:/events/all';
    await rules.rule('logs', { source: ['logged'] }, { Arn, RoleArn });
    const id = await rules.put('logged', { n: 1 });
    for (;;) {
      const { events: [line] = [] } = await logs.filterLogEvents({ logGroupName: '/events/all' });
      if (line) {
        expect(JSON.parse(line.message!)).toMatchObject({ id, source: 'logged' });
        break;
      }
      await pause(20);
    }
  });
});

describe('a custom bus', () => {
  it('hears its own events, and those that a rule of another bus sends it, but sends these no further', async () => {
    const [here, there] = [await rules.keeper('here'), await rules.keeper('there')];
    const { EventBusArn: Arn = '' } = await rules.events.createEventBus({ Name: 'orders' });
    const { EventBusArn: third = '' } = await rules.events.createEventBus({ Name: 'third' });
    const RoleArn = await rules.role('forwarders', 'events.amazonaws.com', 'events:PutEvents');
    await rules.rule('to-orders', { source: ['forwarded'] }, { Arn, RoleArn });
    await rules.rule('keep', { source: ['forwarded'] }, { Arn: here }, { EventBusName: 'orders' });
    await rules.rule('further', { source: ['forwarded'] }, { Arn: third, RoleArn }, { EventBusName: 'orders' });
    await rules.rule('keep-third', { source: ['forwarded'] }, { Arn: there }, { EventBusName: 'third' });
    const first = await rules.put('forwarded', { n: 1 });
    expect((await rules.sent(here, 1)).map(({ id }) => id)).toEqual([first]);
    await rules.put('forwarded', { n: 2 }, { EventBusName: 'orders' });
    expect((await rules.sent(here, 2)).map(({ detail }) => detail)).toEqual([{ n: 1 }, { n: 2 }]);
    expect((await rules.sent(there, 1)).map(({ detail }) => detail)).toEqual([{ n: 2 }]);
  });
});
