import { describe, expect, test } from 'vitest';
import {
  defineProject,
  defineRole,
  glue,
  itemReader,
  jsonata,
  type Kit,
  lambda,
  machineDefinition,
  projectDocuments,
  resultWriter,
  type StateMachineOptions,
  type States,
  shapeOf,
  sns,
  sqs,
  stateMachine,
  stepFunctions,
  text,
  workOf,
} from '../index.ts';
import inferenceDocument from './testing/inference.asl.json' with { type: 'json' };
import { inference } from './testing/inference.ts';
import trainingDocument from './testing/training.asl.json' with { type: 'json' };
import { training } from './testing/training.ts';

const context = { account: '123456789012', region: 'eu-west-1' };
const role = 'arn:aws:iam::123456789012:role/machines';

type Variables = { files: { key: string }[]; n: number };
type Written = Kit<unknown, Variables>;

/** The document of a machine of these states. */
function documentOf<K extends string>(
  states: (kit: Written) => States<K>,
  more: Partial<StateMachineOptions<unknown, Variables, K>> = {},
) {
  const options = { name: 'm', role, variables: shapeOf<Variables>(), states, ...more };
  const document = machineDefinition(stateMachine(options as StateMachineOptions<unknown, Variables, K>), context);
  return document as { QueryLanguage?: string; StartAt: string; States: { [name: string]: Record<string, unknown> } };
}
const stateOf = (states: (kit: Written) => States<'S'>) => documentOf(states).States['S'];

describe('the flows of a machine-learning system', () => {
  test('training is the document that AWS takes', () => {
    expect(machineDefinition(training, context)).toEqual(trainingDocument);
  });

  test('inference is the document that AWS takes', () => {
    expect(machineDefinition(inference, context)).toEqual(inferenceDocument);
  });

  test('hold no other account or region', () => {
    const elsewhere = JSON.stringify(machineDefinition(training, { account: '999999999999', region: 'us-east-2' }));
    expect(elsewhere).toContain('arn:aws:sns:us-east-2:999999999999:titanic-alerts');
    expect(elsewhere).not.toMatch(/eu-west-1/);
  });
});

describe('states', () => {
  test('wait for a time, until a time, and for what an expression says', () => {
    expect(stateOf(({ wait }) => ({ S: wait({ for: '5m' }) }))).toEqual({ Type: 'Wait', Seconds: 300, End: true });
    expect(stateOf(({ wait }) => ({ S: wait({ for: 'PT1H30M' }) }))).toMatchObject({ Seconds: 5400 });
    expect(stateOf(({ wait }) => ({ S: wait({ until: '2026-12-24T18:00:00Z' }) }))).toMatchObject({
      Timestamp: '2026-12-24T18:00:00Z',
    });
    expect(
      documentOf(({ pass, wait, variables }) => ({
        Set: pass({ assign: { n: 3 }, next: 'S' }),
        S: wait({ for: variables.n }),
      })).States['S'],
    ).toMatchObject({ Seconds: '{% $n %}' });
  });

  test('write down of a retry only what is not AWS’s default', () => {
    const retried = stateOf(({ task }) => ({
      S: task(workOf(`arn:aws:states:eu-west-1:123456789012:activity:review`, { a: 1 }), {
        timeout: '1h',
        heartbeat: '30s',
        retry: [
          { on: ['States.Timeout'], maxAttempts: 0 },
          { on: ['States.TaskFailed'], interval: '2m', backoffRate: 1.5, maxDelay: '1h', jitter: 'FULL' },
        ],
      }),
    }));
    expect(retried).toEqual({
      Type: 'Task',
      Resource: 'arn:aws:states:eu-west-1:123456789012:activity:review',
      Arguments: { a: 1 },
      TimeoutSeconds: 3600,
      HeartbeatSeconds: 30,
      Retry: [
        { ErrorEquals: ['States.Timeout'], MaxAttempts: 0 },
        {
          ErrorEquals: ['States.TaskFailed'],
          IntervalSeconds: 120,
          BackoffRate: 1.5,
          MaxDelaySeconds: 3600,
          JitterStrategy: 'FULL',
        },
      ],
      End: true,
    });
  });

  test('catch everything by a name alone', () => {
    const document = documentOf(({ task, fail }) => ({
      S: task(glue.startJobRun({ JobName: 'clean' }), { catch: 'Failed' }),
      Failed: fail({ error: 'E' }),
    }));
    expect(document.States['S']).toMatchObject({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Failed' }] });
  });

  test('name the resource of each way to wait', () => {
    const resourceOf = (call: Parameters<Written['task']>[0]) =>
      stateOf(({ task }) => ({ S: task(call) }))?.['Resource'];
    const started = { StateMachineArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:other' };
    const message = { QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/q', MessageBody: 'hello' };
    expect(resourceOf(glue.startJobRun.sync({ JobName: 'j' }))).toBe('arn:aws:states:::glue:startJobRun.sync');
    expect(resourceOf(stepFunctions.startExecution(started))).toBe('arn:aws:states:::states:startExecution');
    expect(resourceOf(stepFunctions.startExecution.sync2(started))).toBe(
      'arn:aws:states:::states:startExecution.sync:2',
    );
    const token = jsonata`$states.context.Task.Token`;
    expect(resourceOf(sqs.sendMessage.waitForTaskToken({ ...message, MessageBody: { token } }))).toBe(
      'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
    );
  });

  test('run branches at once', () => {
    const document = stateOf(({ parallel, branch, pass }) => ({
      S: parallel({
        branches: [branch({ A: pass({ next: 'B' }), B: pass() }), branch({ C: pass() })],
        assign: (result) => ({ n: jsonata<number>`$count(${result})` }),
      }),
    }));
    expect(document).toEqual({
      Type: 'Parallel',
      Branches: [
        { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', End: true } } },
        { StartAt: 'C', States: { C: { Type: 'Pass', End: true } } },
      ],
      Assign: { n: '{% $count($states.result) %}' },
      End: true,
    });
  });

  test('run once for each item, which the first state of an iteration is given', () => {
    const document = documentOf(({ pass, map, variables }) => ({
      List: pass({ assign: { files: [{ key: 'a.csv' }] }, next: 'S' }),
      S: map({
        items: variables.files,
        maxConcurrency: 5,
        itemSelector: (file, index) => ({ path: text`in/${file.key}`, index }),
        itemProcessor: (selected) => ({ Read: pass({ output: text`${selected.path}#${selected.index}` }) }),
      }),
    }));
    expect(document.States['S']).toEqual({
      Type: 'Map',
      Items: '{% $files %}',
      ItemSelector: {
        path: '{% "in/" & $states.context.Map.Item.Value.key %}',
        index: '{% $states.context.Map.Item.Index %}',
      },
      MaxConcurrency: 5,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'INLINE' },
        StartAt: 'Read',
        States: { Read: { Type: 'Pass', Output: '{% $states.input.path & "#" & $states.input.index %}', End: true } },
      },
      End: true,
    });
  });

  test('run as executions of their own for what a file lists', () => {
    const document = stateOf(({ task, map }) => ({
      S: map({
        items: itemReader.csv<{ id: string }>(
          { Bucket: 'raw', Key: 'ids.csv' },
          { delimiter: 'SEMICOLON', maxItems: 10 },
        ),
        distributed: {
          executionType: 'EXPRESS',
          label: 'Ids',
          itemBatcher: { maxItemsPerBatch: 100, batchInput: { stage: 'test' } },
          resultWriter: resultWriter(
            { Bucket: 'out', Prefix: 'ids' },
            { outputType: 'JSONL', transformation: 'FLATTEN' },
          ),
          toleratedFailurePercentage: 5,
        },
        itemProcessor: (batch) => ({ Score: task(lambda.invoke({ FunctionName: 'score', Payload: batch.Items })) }),
      }),
    }));
    expect(document).toEqual({
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        Arguments: { Bucket: 'raw', Key: 'ids.csv' },
        ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW', CSVDelimiter: 'SEMICOLON', MaxItems: 10 },
      },
      Label: 'Ids',
      ItemBatcher: { MaxItemsPerBatch: 100, BatchInput: { stage: 'test' } },
      ResultWriter: {
        Resource: 'arn:aws:states:::s3:putObject',
        Arguments: { Bucket: 'out', Prefix: 'ids' },
        WriterConfig: { OutputType: 'JSONL', Transformation: 'FLATTEN' },
      },
      ToleratedFailurePercentage: 5,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
        StartAt: 'Score',
        States: {
          Score: {
            Type: 'Task',
            Resource: 'arn:aws:states:::lambda:invoke',
            Arguments: { FunctionName: 'score', Payload: '{% $states.input.Items %}' },
            End: true,
          },
        },
      },
      End: true,
    });
  });
});

describe('what is written by hand', () => {
  test('a state of JSONPath stands among others in a machine of JSONPath', () => {
    const document = documentOf(
      ({ raw, pass }) => ({
        Old: raw({ Type: 'Pass', Parameters: { 'id.$': '$.id' }, Next: 'New' }),
        New: pass({ output: jsonata`$states.input.id` }),
      }),
      { queryLanguage: 'JSONPath' },
    );
    expect(document).toEqual({
      QueryLanguage: 'JSONPath',
      StartAt: 'Old',
      States: {
        Old: { Type: 'Pass', Parameters: { 'id.$': '$.id' }, Next: 'New' },
        New: { Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% $states.input.id %}', End: true },
      },
    });
  });

  test('a whole document is taken as it is, but for what depends on the account', () => {
    const definition = {
      StartAt: 'Alert',
      States: {
        Alert: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sns:publish',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: a substitution of the document
          Parameters: { TopicArn: '${TopicArn}', Message: 'Costs ${5}' },
          End: true,
        },
      },
    };
    const machine = stateMachine({
      name: 'm',
      role,
      definition: JSON.stringify(definition),
      substitutions: { TopicArn: ({ account, region }) => `arn:aws:sns:${region}:${account}:alerts` },
    });
    const written = machineDefinition(machine, context) as typeof definition;
    expect(written.States.Alert.Parameters).toEqual({
      TopicArn: 'arn:aws:sns:eu-west-1:123456789012:alerts',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: no substitution
      Message: 'Costs ${5}',
    });
  });
});

describe('mistakes', () => {
  const mistakeOf = (states: (kit: Written) => States<'S'>) => () => documentOf(states);

  test('name the state and what to do', () => {
    const call = sns.publish({ TopicArn: 'arn:aws:sns:eu-west-1:123456789012:t', Message: 'm' });
    expect(mistakeOf(({ task }) => ({ S: task(call, { timeout: '0.5s' }) }))).toThrow(
      "In state 'S' of machine 'm': timeout is '0.5s', which is no length of whole seconds: write one such as 30s",
    );
    expect(mistakeOf(({ task }) => ({ S: task(call, { retry: [{ on: [] }] }) }))).toThrow(
      "In state 'S' of machine 'm': of a retry `on` is empty: name at least one error",
    );
    const unknown = workOf('arn:aws:states:eu-west-1:123456789012:activity:a');
    expect(mistakeOf(({ task }) => ({ S: task(unknown, { retry: 'transient' }) }))).toThrow(
      /which errors of its service pass by themselves is not known: name at least one/,
    );
  });

  test('a Map’s item is no input of later states', () => {
    const build = mistakeOf(({ map, pass }) => ({
      S: map({
        items: [{ key: 'a' }],
        itemProcessor: (file) => ({ One: pass({ next: 'Two' }), Two: pass({ output: file.key }) }),
      }),
    }));
    expect(build).toThrow(
      "In state 'Two' of machine 'm': it uses the Map's item, which is the input of the iteration's first state only",
    );
  });

  test('items of S3 need a distributed Map', () => {
    const build = mistakeOf(({ map, pass }) => ({
      S: map({ items: itemReader.objects({ Bucket: 'b' }), itemProcessor: () => ({ One: pass() }) }),
    }));
    expect(build).toThrow(
      "In state 'S' of machine 'm': the items are read from S3, which a distributed Map alone can do",
    );
  });

  test('a name that JavaScript would put first', () => {
    expect(() => documentOf(({ pass }) => ({ B: pass({ next: '2' }), '2': pass() }))).toThrow(
      "In machine 'm': a state is named '2', and JavaScript puts members with such names first: begin it with a letter",
    );
  });

  test('what AWS would refuse, with the state that it is in, all at once', () => {
    const build = () =>
      documentOf(({ pass, parallel, branch, task }) => ({
        Start: parallel({
          branches: [
            branch({ Inner: pass({ output: jsonata`1 +` }) }),
            branch({ Other: pass({ output: jsonata`foo` }) }),
          ],
          next: 'Clean',
        }),
        Clean: task(glue.startJobRun.sync({ JobName: 'clean' })),
        Lost: pass(),
      }));
    expect(build).toThrow("Machine 'm' cannot be published. Correct this and try again:\n  - ");
    expect(build).toThrow(/\n {2}- In state 'Inner': Unexpected end of expression\. \(\/States\/Start\/Branches\[0\]/);
    expect(build).toThrow(/\n {2}- In state 'Other': Reference to 'foo' at the top level is not supported\. Read what/);
    expect(build).toThrow(/\n {2}- In state 'Lost': State "Lost" is not reachable\. States lead to those of their own/);
  });

  test('waiting for a job in an Express machine', () => {
    const states = ({ task }: Written) => ({ Clean: task(glue.startJobRun.sync({ JobName: 'clean' })) });
    expect(() => documentOf(states, { type: 'EXPRESS' })).toThrow(
      "In state 'Clean': Express state machine does not support '.sync' service integration",
    );
  });

  test('reading a variable that no state assigns', () => {
    expect(mistakeOf(({ pass, variables }) => ({ S: pass({ output: variables.n }) }))).toThrow(
      "In state 'S' of machine 'm': it reads the variable 'n', which no state assigns: assign it in one that comes before.",
    );
  });

  test('a machine’s own options', () => {
    const states = ({ pass }: Kit<unknown, Record<never, never>>) => ({ S: pass() });
    expect(() => stateMachine({ name: 'a b', role, states })).toThrow("In machine 'a b': the name may hold letters");
    const wrong = defineRole({ name: 'r', policies: {} });
    expect(() => stateMachine({ name: 'm', role: wrong, states })).toThrow(
      "role 'r' may be assumed by sagemaker.amazonaws.com only: give its defineRole the service 'states.amazonaws.com'",
    );
    expect(() => stateMachine({ name: 'm', role, definition: '{' })).toThrow(
      /In machine 'm': the definition is not JSON \(.*\): correct the text/,
    );
    const forgotten = { name: 'm', role, definition: { StartAt: 'S', States: {} }, substitutions: { A: 'b' } } as const;
    expect(() => stateMachine(forgotten)).toThrow(/substitutions gives .A., but \$\{A\} stands nowhere/);
  });
});

describe('in a project', () => {
  const own = defineRole({ name: 'machines', service: 'states.amazonaws.com', policies: {} });
  const machine = stateMachine({
    name: 'm',
    role: own,
    type: 'EXPRESS',
    logging: { level: 'ALL', logGroup: '/aws/vendedlogs/states/m', includeExecutionData: true },
    input: shapeOf<{ code: string }>(),
    startInput: ({ codeBundleUri }) => ({ code: codeBundleUri }),
    states: ({ pass, states }) => ({ S: pass({ output: states.context.Execution.Input.code }) }),
  });

  test('a machine becomes documents, as a pipeline does', () => {
    const project = defineProject({ name: 'p', bucket: 'data', roles: [own], machines: [machine] });
    const [documents] = projectDocuments(project, context).machines;
    expect(documents).toMatchObject({
      name: 'm',
      arn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:m',
      type: 'EXPRESS',
      roleArn: 'arn:aws:iam::123456789012:role/machines',
      loggingConfiguration: {
        level: 'ALL',
        includeExecutionData: true,
        destinations: [
          {
            cloudWatchLogsLogGroup: {
              logGroupArn: 'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/states/m:*',
            },
          },
        ],
      },
    });
    expect(JSON.parse(documents!.definition)).toMatchObject({
      States: { S: { Output: '{% $states.context.Execution.Input.code %}' } },
    });
    expect(documents!.startInput('s3://data/code.tar.gz')).toBe('{"code":"s3://data/code.tar.gz"}');
  });

  test('its role must be listed, and its name its own', () => {
    expect(() => defineProject({ name: 'p', bucket: 'data', machines: [machine] })).toThrow(
      "machine 'm' acts as role 'machines', which would not be created: add it to `roles`",
    );
    expect(() => defineProject({ name: 'p', bucket: 'data', roles: [own], machines: [machine, machine] })).toThrow(
      "two state machines are named 'm': rename one",
    );
  });
});
