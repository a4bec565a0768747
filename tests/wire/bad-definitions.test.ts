/** Definitions and starts that cannot be right: refused whole, with what is wrong, where, and what to do. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NODE_IMAGE, processingStep } from '../support/nodeSteps.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type Definition, type Json, openWorkbench, refusal, type Workbench } from '../support/workbench.ts';

let server: TestServer;
let bench: Workbench;
const fail = (Name: string, more: Definition = {}): Definition => ({
  ...{ Name, Type: 'Fail', Arguments: { ErrorMessage: 'no' } },
  ...more,
});
const definition = (Steps: Definition[], Parameters: Definition[] = []): Definition => ({
  ...{ Version: '2020-12-01', Parameters, Steps },
});

beforeAll(async () => {
  server = await startTestServer();
  bench = await openWorkbench(server, 'definitions');
  await bench.createPipeline('good', definition([fail('Only')], [{ Name: 'Rows', Type: 'Integer' }]));
});
afterAll(() => server.close());

/** Whatever was refused, what was there before is there, and nothing was added. */
afterEach(async () => {
  const { PipelineSummaries } = await bench.sagemaker.listPipelines({});
  expect(PipelineSummaries?.map(({ PipelineName }) => PipelineName)).toEqual(['good']);
  const { PipelineExecutionSummaries } = await bench.sagemaker.listPipelineExecutions({ PipelineName: 'good' });
  expect(PipelineExecutionSummaries).toEqual([]);
});

const refused = async (body: Definition | string) => {
  const error = await refusal(bench.createPipeline('bad', body));
  expect([error.name, error.$metadata?.httpStatusCode]).toEqual(['ValidationException', 400]);
  return error.message;
};

describe('a definition', () => {
  const cases: [what: string, body: Definition | string, says: RegExp[]][] = [
    [
      'with a cycle',
      definition([fail('A', { DependsOn: ['C'] }), fail('B', { DependsOn: ['A'] }), fail('C', { DependsOn: ['B'] })]),
      [/cycle|circle/i, /A/, /B/, /C/],
    ],
    ['with a step that waits for itself', definition([fail('Self', { DependsOn: ['Self'] })]), [/'?Self/]],
    [
      'with an unknown step in DependsOn',
      definition([fail('Prepare'), fail('Train', { DependsOn: ['Prepair'] })]),
      [/'Prepair'/, /Prepare/, /\$\.Steps\[1\]/],
    ],
    [
      'with an unknown reference to a step',
      definition([fail('Stop', { Arguments: { ErrorMessage: { Get: 'Steps.Nobody.ModelArtifacts' } } })]),
      [/Nobody/, /\$\.Steps\[0\]\.Arguments\.ErrorMessage/],
    ],
    [
      'with an unknown parameter',
      definition(
        [fail('Stop', { Arguments: { ErrorMessage: { Get: 'Parameters.Thresold' } } })],
        [{ Name: 'Threshold', Type: 'Float', DefaultValue: 1 }],
      ),
      [/Thresold/, /Threshold/],
    ],
    ['with a duplicate step name', definition([fail('Twice'), fail('Twice')]), [/'Twice'/, /\$\.Steps\[1\]/]],
    [
      'with a duplicate parameter',
      definition(
        [fail('A')],
        [
          { Name: 'P', Type: 'Float' },
          { Name: 'P', Type: 'String' },
        ],
      ),
      [/'P'/, /\$\.Parameters\[1\]/],
    ],
    ['with Steps of the wrong type', '{"Version":"2020-12-01","Steps":{}}', [/\$\.Steps/]],
    [
      'with a parameter of the wrong type',
      definition([fail('A')], [{ Name: 'P', Type: 'Float', DefaultValue: 'high' }]),
      [/'?P'?/, /Float/, /high|DefaultValue/],
    ],
    [
      'with a step of no known type',
      definition([{ Name: 'A', Type: 'Magic', Arguments: {} }]),
      [/Magic/, /Processing/],
    ],
    ['with the wrong version', '{"Version":"1999-01-01","Steps":[]}', [/1999-01-01/, /2020-12-01/]],
    ['that is no JSON', '{"Version":', [/parse|JSON/i]],
    ['that is an array', '[]', [/object/i]],
    ['with several problems', definition([fail('A'), fail('A'), fail('B', { DependsOn: ['X'] })]), [/'A'/, /'X'/]],
  ];
  it.each(cases)('%s is refused by name', async (_what, body, says) => {
    const message = await refused(body);
    for (const said of says) expect(message).toMatch(said);
    // A sentence, not a stack.
    expect(message).not.toMatch(/\bat .*\.ts:|undefined|\[object/);
  });

  it('nested 10,000 deep is refused, wherever the depth is', async () => {
    const deep = (open: string, close: string) => open.repeat(10_000) + close.repeat(10_000);
    for (const text of [
      deep('[', ']'),
      `{"Version":"2020-12-01","Steps":${deep('[', ']')}}`,
      `{"Version":"2020-12-01","Steps":[{"Name":"A","Type":"Fail","Arguments":{"ErrorMessage":${deep('{"Std:Join":{"Values":[', ']}}')}}}]}`,
      `{"Version":"2020-12-01","Metadata":${`{"a":`.repeat(10_000)}1${'}'.repeat(10_000)},"Steps":[]}`,
    ]) {
      const message = await refused(text);
      expect(message).not.toMatch(/call stack/);
    }
  });

  it('whose object is not there is refused by name', async () => {
    const request = {
      ...{ PipelineName: 'bad', RoleArn: bench.roleArn, ClientRequestToken: 'a'.repeat(32) },
      PipelineDefinitionS3Location: { Bucket: bench.bucket, ObjectKey: 'nothing/here.json' },
    };
    expect((await refusal(bench.sagemaker.createPipeline(request))).message).toContain('nothing/here.json');
  });

  it('whose update is refused keeps the one there is', async () => {
    const update = bench.sagemaker.updatePipeline({ PipelineName: 'good', PipelineDefinition: '{"Steps": 1}' });
    expect((await refusal(update)).name).toBe('ValidationException');
    const { PipelineDefinition } = await bench.sagemaker.describePipeline({ PipelineName: 'good' });
    expect(JSON.parse(PipelineDefinition ?? '')).toMatchObject({ Steps: [{ Name: 'Only' }] });
  });

  const arguments_: [what: string, member: string, value: Json, says: RegExp][] = [
    ['a text for a number', 'StoppingCondition', { MaxRuntimeInSeconds: '600' }, /STRING_VALUE.*MaxRuntimeInSeconds/],
    ['a number for a text', 'Environment', { THREADS: 4 }, /NUMBER_VALUE.*Environment\.THREADS/],
    ['a structure for a list', 'ProcessingInputs', { a: 1 }, /STRUCTURE_VALUE.*list at 'ProcessingInputs'/],
    [
      'a text for a list',
      'AppSpecification',
      { ImageUri: NODE_IMAGE, ContainerEntrypoint: 'node' },
      /ContainerEntrypoint/,
    ],
    ['a number for an image', 'AppSpecification', { ImageUri: 5 }, /ImageUri/],
    ['an image that is not there', 'AppSpecification', { ImageUri: 'magic:1' }, /'magic:1'.*It runs these/],
    ['a value out of range', 'StoppingCondition', { MaxRuntimeInSeconds: 0 }, /maxRuntimeInSeconds/],
    ['a role that is not there', 'RoleArn', 'arn:aws:iam::000000000000:role/nobody', /role\/nobody/],
  ];
  it.each(arguments_)('that gives a job %s fails in that step alone, by name', async (_what, member, value, says) => {
    const step = processingStep('Job', { roleArn: bench.roleArn, script: 's3://definitions/none.ts' });
    const { Arguments } = step as { Arguments: Definition };
    const wrong = { ...step, Arguments: { ...Arguments, [member]: value } };
    await bench.createPipeline('wrong', definition([wrong]));
    try {
      const { status, steps } = await bench.ended(await bench.start('wrong'));
      expect([status, steps[0]?.FailureReason]).toEqual(['Failed', expect.stringMatching(says)]);
      expect(steps[0]?.FailureReason).toMatch(/^ClientError: /);
    } finally {
      await bench.sagemaker.deletePipeline({ PipelineName: 'wrong', ClientRequestToken: randomUUID() });
    }
  });
});

describe('a start', () => {
  const cases: [what: string, parameters: Record<string, string>, says: RegExp[]][] = [
    ['without a parameter that has no default', {}, [/Rows/]],
    ['with a parameter that there is not', { Rows: '1', Columns: '2' }, [/Columns/, /Rows/]],
    ['with a parameter of the wrong type', { Rows: 'many' }, [/Rows/, /Integer/, /many/]],
  ];
  it.each(cases)('%s is refused by name', async (_what, parameters, says) => {
    const error = await refusal(bench.start('good', parameters));
    expect(error.name).toBe('ValidationException');
    for (const said of says) expect(error.message).toMatch(said);
  });

  it('of a pipeline that there is not is refused by name', async () => {
    const error = await refusal(bench.start('nobody'));
    expect([error.name, error.message]).toEqual(['ResourceNotFound', expect.stringContaining("'nobody'")]);
  });
});
