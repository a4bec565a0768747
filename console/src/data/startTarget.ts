/**
 * Starting by hand what a schedule or a rule starts: the one operation that each kind of target is asked for, here by whoever is
 * signed in, whose own permissions it takes.
 */
import { useMutation } from '@tanstack/react-query';
import { quoted } from '../parts/shell.ts';
import { toBase64 } from './base64.ts';
import { call } from './call.ts';
import { hrefOf, links } from './links.ts';
import { ask, type Refusal, refusal } from './session.ts';
import { type TargetKind, targetOf } from './targets.ts';

export type Asked = {
  arn: string;
  /** What the target is sent: JSON, or for a queue or topic any text; of a pipeline an object of its parameters. */
  payload: string;
  /** Of an event that goes to a bus. */
  event?: { source: string; detailType: string } | undefined;
  messageGroupId?: string | undefined;
};

export type Started = { said: string; href?: string | undefined };

type Start = {
  /** As policies name it. */
  operation(asked: Asked): string;
  command(asked: Asked): string;
  run(asked: Asked): Promise<Started>;
};

const STARTS: Readonly<Partial<Record<TargetKind, Start>>> = {
  'State machine': {
    operation: () => 'states:StartExecution',
    command: ({ arn, payload }) =>
      `aws stepfunctions start-execution --state-machine-arn ${quoted(arn)} --input ${quoted(payload)}`,
    async run({ arn, payload }) {
      const { executionArn = '' } = await call('states', 'StartExecution', { stateMachineArn: arn, input: payload });
      return { said: 'An execution was started.', href: hrefOf(executionArn) };
    },
  },
  Pipeline: {
    operation: () => 'sagemaker:StartPipelineExecution',
    command: ({ arn, payload }) =>
      `aws sagemaker start-pipeline-execution --pipeline-name ${quoted(targetOf(arn).name)}${parametersText(payload)}`,
    async run({ arn, payload }) {
      const { PipelineExecutionArn = '' } = await call('sagemaker', 'StartPipelineExecution', {
        ...{ PipelineName: arn, PipelineParameters: parametersOf(payload), ClientRequestToken: token() },
      });
      return { said: 'An execution was started.', href: hrefOf(PipelineExecutionArn) };
    },
  },
  Function: {
    operation: () => 'lambda:InvokeFunction',
    command: ({ arn, payload }) =>
      `aws lambda invoke --function-name ${quoted(arn)} --invocation-type Event --cli-binary-format raw-in-base64-out --payload ${quoted(payload)} /dev/null`,
    async run({ arn, payload }) {
      await call('lambda', 'Invoke', { FunctionName: arn, InvocationType: 'Event', Payload: toBase64(payload) });
      return { said: 'The function has the event in its queue; its log tells what it makes of it.', href: hrefOf(arn) };
    },
  },
  Topic: {
    operation: () => 'sns:Publish',
    command: ({ arn, payload }) => `aws sns publish --topic-arn ${quoted(arn)} --message ${quoted(payload)}`,
    async run({ arn, payload }) {
      const { MessageId } = await call('sns', 'Publish', { TopicArn: arn, Message: payload });
      return { said: `Message ${MessageId} was published.`, href: links.topic(arn) };
    },
  },
  Queue: {
    operation: () => 'sqs:SendMessage',
    command: ({ arn, payload, messageGroupId }) =>
      `aws sqs send-message --queue-url "$(aws sqs get-queue-url --queue-name ${quoted(targetOf(arn).name)} --query QueueUrl --output text)" --message-body ${quoted(payload)}${messageGroupId === undefined ? '' : ` --message-group-id ${quoted(messageGroupId)}`}`,
    async run({ arn, payload, messageGroupId }) {
      const QueueName = targetOf(arn).name;
      const { QueueUrl } = await call('sqs', 'GetQueueUrl', { QueueName });
      const group = messageGroupId === undefined ? {} : { MessageGroupId: messageGroupId };
      const { MessageId } = await call('sqs', 'SendMessage', { QueueUrl, MessageBody: payload, ...group });
      return { said: `Message ${MessageId} is in the queue.`, href: links.queue(QueueName) };
    },
  },
  'Event bus': {
    operation: () => 'events:PutEvents',
    command: (asked) => `aws events put-events --entries ${quoted(JSON.stringify([entryOf(asked)]))}`,
    async run(asked) {
      const { Entries = [] } = await call('events', 'PutEvents', { Entries: [entryOf(asked)] });
      const { EventId, ErrorCode, ErrorMessage } = Entries[0] ?? {};
      if (ErrorCode !== undefined) throw refusal(ErrorCode, ErrorMessage ?? 'The event was not taken.', 400);
      return { said: `Event ${EventId} is on the bus.`, href: hrefOf(asked.arn) };
    },
  },
  Operation: {
    operation: ({ arn }) => targetOf(arn).name,
    command({ arn, payload }) {
      const { service, action } = universalOf(arn);
      const verb = action.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
      return `aws ${CLI_NAMES[service] ?? service} ${verb} --cli-input-json ${quoted(payload)}`;
    },
    async run({ arn, payload }) {
      const { service, action } = universalOf(arn);
      const name = action.charAt(0).toUpperCase() + action.slice(1);
      const answer = await ask(`api/${API_NAMES[service] ?? service}/${name}`, { method: 'POST', body: payload });
      return { said: `It answered ${JSON.stringify(answer)}` };
    },
  },
};

/** As `aws-sdk:` targets name services, and as the console and the command line do. */
const API_NAMES: Readonly<Record<string, string>> = { sfn: 'states', eventbridge: 'events', cloudwatchlogs: 'logs' };
const CLI_NAMES: Readonly<Record<string, string>> = {
  ...{ sfn: 'stepfunctions', eventbridge: 'events', cloudwatchlogs: 'logs' },
};

function universalOf(arn: string): { service: string; action: string } {
  const [service = '', action = ''] = targetOf(arn).name.split(':');
  return { service, action };
}

const entryOf = ({ arn, payload, event }: Asked) => ({
  ...{ EventBusName: arn, Source: event?.source, DetailType: event?.detailType, Detail: payload },
});

/** @throws Refusal for what is no object */
function parametersOf(payload: string): { Name: string; Value: string }[] {
  let given: unknown;
  try {
    given = payload.trim() === '' ? {} : JSON.parse(payload);
  } catch {
    given = undefined;
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw refusal('ValidationException', 'Parameters are a JSON object: {"Name": "value"}.', 400);
  }
  return Object.entries(given).map(([Name, value]) => ({
    ...{ Name, Value: typeof value === 'string' ? value : JSON.stringify(value) },
  }));
}

function parametersText(payload: string): string {
  try {
    const parameters = parametersOf(payload);
    return parameters.length === 0 ? '' : ` --pipeline-parameters ${quoted(JSON.stringify(parameters))}`;
  } catch {
    return '';
  }
}

/** Without randomUUID, which a page over plain HTTP from elsewhere has not. */
const token = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Undefined for what cannot be started by hand: a log group, a target that Telar does not know. */
export function startOf(asked: Asked): { operation: string; command: string } | undefined {
  const start = STARTS[targetOf(asked.arn).kind];
  return start && { operation: start.operation(asked), command: start.command(asked) };
}

/** @example const start = useStartTarget(); … await start.mutateAsync({ arn, payload }) */
export function useStartTarget() {
  return useMutation<Started, Refusal, Asked>({
    mutationFn: (asked) => {
      const start = STARTS[targetOf(asked.arn).kind];
      if (!start) throw refusal('ValidationException', `${asked.arn} is nothing that can be started by hand.`, 400);
      return start.run(asked);
    },
  });
}
