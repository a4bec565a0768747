import { describe, expect, test } from 'vitest';
import {
  defineParameters,
  definePipeline,
  failStep,
  images,
  parameter,
  pipelineDefinition,
  processingStep,
  type Step,
} from './index.ts';

const role = 'arn:aws:iam::123456789012:role/r';
const job = { image: 'telar/node:24', instance: 'ml.m5.large' } as const;
const first = processingStep({ ...job, name: 'First', outputs: { data: 's3://b/x' } });
const second = processingStep({ ...job, name: 'Second', inputs: { data: first.outputs.data } });
const of = (...steps: Step[]) => definePipeline({ name: 'p', role, steps });

describe('a pipeline is refused where it is written when', () => {
  test('a step uses one that is not there', () => {
    expect(() => of(second)).toThrow(
      /Pipeline 'p' cannot be published.*Step 'Second' names the step 'First'.*Add it to the pipeline's `steps`.*\$\.Steps\[0\]/s,
    );
  });

  test('two steps share a name', () => {
    expect(() => of(first, first)).toThrow(/Pipeline 'p' cannot be published.*'First'.*Rename one/s);
  });

  test('it has no steps', () => {
    expect(() => of()).toThrow(/Pipeline 'p' cannot be published.*Steps/s);
  });

  test('it names a parameter that it does not have', () => {
    const { Elsewhere } = defineParameters({ Elsewhere: parameter.string() });
    const fail = failStep({ name: 'Stop', message: Elsewhere });
    expect(() => of(fail)).toThrow(/'Stop'.*'Elsewhere'.*Add it to the pipeline's `parameters`/s);
  });

  test('it lists all problems at once', () => {
    const { Elsewhere } = defineParameters({ Elsewhere: parameter.string() });
    expect(() => of(second, failStep({ name: 'Stop', message: Elsewhere }))).toThrow(/(?=.*'First')(?=.*Elsewhere)/s);
  });

  test('a parameter stands under another key', () => {
    const { A } = defineParameters({ A: parameter.string() });
    expect(() => definePipeline({ name: 'p', role, steps: [first], parameters: { B: A } })).toThrow(
      "In pipeline 'p': parameter 'A' stands under the key 'B': write it as 'A'.",
    );
  });

  test('its name or parallelism is none of AWS’s', () => {
    expect(() => definePipeline({ name: 'a_b', role, steps: [first] })).toThrow(/In pipeline 'a_b': the name/);
    expect(() => definePipeline({ name: 'p', role, steps: [first], maxParallelSteps: 0 })).toThrow(
      /maxParallelSteps is 0/,
    );
  });
});

describe('parameters', () => {
  test('are refused with a default that they exclude or a name that AWS refuses', () => {
    expect(() => parameter.integer({ default: 0.5 })).toThrow(/0.5 is not a whole number: use parameter.float/);
    expect(() => defineParameters({ 'a.b': parameter.string() })).toThrow(/In parameter 'a.b': the name/);
  });

  test('keep an empty text, zero and false as defaults', () => {
    const parameters = defineParameters({
      Text: parameter.string({ default: '' }),
      Zero: parameter.integer({ default: 0 }),
      Flag: parameter.boolean({ default: false }),
      None: parameter.string(),
    });
    const pipeline = definePipeline({ name: 'p', role, parameters, steps: [first] });
    expect(pipelineDefinition(pipeline, { account: '123456789012', region: 'eu-west-1' }).Parameters).toEqual([
      { Name: 'Text', Type: 'String', DefaultValue: '' },
      { Name: 'Zero', Type: 'Integer', DefaultValue: 0 },
      { Name: 'Flag', Type: 'Boolean', DefaultValue: false },
      { Name: 'None', Type: 'String' },
    ]);
  });
});

test('an image without a registry in the region is refused by name', () => {
  const step = processingStep({ ...job, name: 'S', image: images.scikitLearn('1.2-1') });
  const pipeline = definePipeline({ name: 'p', role, steps: [step] });
  expect(() => pipelineDefinition(pipeline, { account: '123456789012', region: 'moon-north-1' })).toThrow(
    /In image 'sagemaker-scikit-learn:1.2-1-cpu-py3': no registry of AWS is known in region 'moon-north-1'/,
  );
});

test('a step’s own role is kept, the others act as the pipeline', () => {
  const own = processingStep({ ...job, name: 'Own', role: 'arn:aws:iam::123456789012:role/own' });
  const context = { account: '123456789012', region: 'eu-west-1' };
  const roles = pipelineDefinition(of(own, first), context).Steps.map(
    (step) => 'RoleArn' in step.Arguments && step.Arguments.RoleArn,
  );
  expect(roles).toEqual(['arn:aws:iam::123456789012:role/own', role]);
});
