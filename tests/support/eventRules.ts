/** Rules and what they set going, on a real server: machines that keep as their input what they are sent. */
import { EventBridge, type PutRuleRequest, type Target } from '@aws-sdk/client-eventbridge';
import { IAM } from '@aws-sdk/client-iam';
import { SFN } from '@aws-sdk/client-sfn';
import { document, trusting } from './identity.ts';
import type { TestServer } from './server.ts';
import { pause } from './workbench.ts';

const PASS = JSON.stringify({ StartAt: 'Keep', States: { Keep: { Type: 'Pass', End: true } } });
const PATIENCE = 15_000;

export type Rules = Awaited<ReturnType<typeof openRules>>;

/** What an event is, as a machine that keeps it was sent it. */
export type Sent = {
  id: string;
  source: string;
  'detail-type': string;
  time: string;
  region: string;
  account: string;
  resources: string[];
  detail: Record<string, unknown>;
};

/** @param client what every SDK client takes */
export async function openRules(client: TestServer['client']) {
  const [events, sfn, iam] = [new EventBridge(client), new SFN(client), new IAM(client)];
  const role = async (RoleName: string, service: string, Action?: string) => {
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: trusting({ Service: service }) });
    const PolicyDocument = Action && document({ Effect: 'Allow', Action, Resource: '*' });
    if (PolicyDocument) await iam.putRolePolicy({ RoleName, PolicyName: 'may', PolicyDocument });
    return (await iam.getRole({ RoleName })).Role!.Arn!;
  };
  const machineRole = await role('keepers', 'states.amazonaws.com');
  const starterRole = await role('starters', 'events.amazonaws.com', 'states:StartExecution');

  const keeper = async (name: string, definition = PASS) =>
    (await sfn.createStateMachine({ name, definition, roleArn: machineRole })).stateMachineArn!;

  /** What a machine was sent, the oldest first. */
  async function kept(stateMachineArn: string): Promise<string[]> {
    const { executions = [] } = await sfn.listExecutions({ stateMachineArn, maxResults: 1000 });
    const inputs = executions.map(async ({ executionArn }) => (await sfn.describeExecution({ executionArn })).input!);
    return (await Promise.all(inputs)).reverse();
  }

  /** Waits until a machine was sent as much. */
  async function keptAll(stateMachineArn: string, count: number): Promise<string[]> {
    for (let waited = 0; waited < PATIENCE; waited += 20) {
      const { executions = [] } = await sfn.listExecutions({ stateMachineArn, maxResults: 1000 });
      if (executions.length >= count) return kept(stateMachineArn);
      await pause(20);
    }
    throw new Error(
      `${stateMachineArn} was not sent ${count} in ${PATIENCE} ms, but ${(await kept(stateMachineArn)).length}`,
    );
  }

  return {
    ...{ events, sfn, iam, role, keeper, kept, keptAll, machineRole, starterRole },
    sent: async (arn: string, count: number) => (await keptAll(arn, count)).map((text) => JSON.parse(text) as Sent),
    /** A rule with one target, which is a machine unless said otherwise. */
    async rule(
      Name: string,
      pattern: object,
      target: Partial<Target> & { Arn: string },
      more: Partial<PutRuleRequest> = {},
    ) {
      const { RuleArn } = await events.putRule({ Name, EventPattern: JSON.stringify(pattern), ...more });
      const Targets = [{ Id: 'target', RoleArn: starterRole, ...target }];
      const { EventBusName } = more;
      const { FailedEntries } = await events.putTargets({ Rule: Name, Targets, ...(EventBusName && { EventBusName }) });
      if (FailedEntries?.length) throw new Error(JSON.stringify(FailedEntries));
      return RuleArn!;
    },
    put: async (Source: string, detail: object, more: object = {}) => {
      const { Entries } = await events.putEvents({
        Entries: [{ Source, DetailType: 'happened', Detail: JSON.stringify(detail), ...more }],
      });
      return Entries![0]!.EventId!;
    },
  };
}
