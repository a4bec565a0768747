import * as sagemaker from '@aws-sdk/client-sagemaker';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecOf } from './codecs.ts';
import { awsError, isAwsError } from './errors.ts';
import { defineApi } from './models.ts';
import { answerOf, operationOf, requestOf } from './testing.ts';

const api = defineApi({
  name: 'sagemaker',
  signingNames: ['sagemaker'],
  protocol: 'json-1.1',
  targetPrefix: 'SageMaker',
  version: '2017-07-24',
  sdk: () => sagemaker,
});
const codec = codecOf(api);
const client = { client: sagemaker.SageMakerClient };

const operation = (name: string) => operationOf(api, name);

const decodeBody = (name: string, body: string) =>
  codec.decode(operation(name), {
    method: 'POST',
    path: '/',
    query: '',
    headers: {},
    params: {},
    body: Buffer.from(body),
  });

describe('requests of the official client', () => {
  it('decode to the input that the command was given', async () => {
    const input: sagemaker.CreateTrainingJobCommandInput = {
      TrainingJobName: 'job-1',
      RoleArn: 'arn:aws:iam::000000000000:role/r',
      AlgorithmSpecification: {
        TrainingImage: 'image',
        TrainingInputMode: 'File',
        MetricDefinitions: [{ Name: 'a', Regex: 'x=(.*)' }],
        EnableSageMakerMetricsTimeSeries: false,
      },
      HyperParameters: { eta: '0.2', 'ñ "quoted"': '\u0000😀', __proto__x: 'y' },
      InputDataConfig: [
        { ChannelName: 'train', DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://b/k' } } },
      ],
      OutputDataConfig: { S3OutputPath: 's3://b/out' },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    };
    const request = await requestOf(client, new sagemaker.CreateTrainingJobCommand(input));
    expect(codec.decode(operation('CreateTrainingJob'), request)).toEqual(input);
  });

  it('carry times as seconds with fractions', async () => {
    const input = { CreatedAfter: new Date(1_795_248_000_250), MaxResults: 7 };
    const request = await requestOf(client, new sagemaker.ListPipelinesCommand(input));
    expect(codec.decode(operation('ListPipelines'), request)).toEqual(input);
  });
});

describe('answers to the official client', () => {
  it('parse back into the output', async () => {
    const output = {
      PipelineArn: 'arn:aws:sagemaker:us-east-1:000000000000:pipeline/p',
      PipelineExecutionStatus: 'Executing',
      CreationTime: new Date(1_795_248_000_123),
      CreatedBy: { UserProfileName: 'me' },
      SelectiveExecutionConfig: { SelectedSteps: [{ StepName: 'a' }] },
    } as const;
    const answer = codec.encode(operation('DescribePipelineExecution'), output, 'id-1');
    const parsed = await answerOf(
      client,
      new sagemaker.DescribePipelineExecutionCommand({ PipelineExecutionArn: 'x' }),
      answer,
    );
    expect(parsed).toMatchObject(output);
    expect(answer.headers['x-amzn-requestid']).toBe('id-1');
  });

  it('leave out what no schema knows, null and undefined', () => {
    const answer = codec.encode(
      operation('CreatePipeline'),
      { PipelineArn: 'a', Secret: 'x', Other: undefined, PipelineVersionId: null },
      'id',
    );
    expect(JSON.parse(String(answer.body))).toEqual({ PipelineArn: 'a' });
  });

  it('give errors their type, message and members', async () => {
    const answer = codec.encodeError(awsError('ResourceNotFound', "Pipeline 'x' does not exist.", 400), 'id-2', {
      method: 'POST',
      path: '/',
    });
    const failed = answerOf(client, new sagemaker.DescribePipelineCommand({ PipelineName: 'x' }), answer);
    await expect(failed).rejects.toBeInstanceOf(sagemaker.ResourceNotFound);
    await expect(failed).rejects.toMatchObject({
      message: "Pipeline 'x' does not exist.",
      $metadata: { requestId: 'id-2' },
    });
  });

  it('have an empty body where the operation has no output', () => {
    expect(codec.encode(operation('StopTrainingJob'), undefined, 'id').body).toBe('');
  });
});

describe('bad input', () => {
  it.each([
    ['{"PipelineName": 5}', "NUMBER_VALUE can not be converted to a String at 'PipelineName' of the request."],
    [
      '{"Tags": [{"Key": "a", "Value": {}}]}',
      "STRUCTURE_VALUE can not be converted to a String at 'Tags[0].Value' of the request.",
    ],
    ['{"Tags": {}}', "STRUCTURE_VALUE can not be converted to a list at 'Tags' of the request."],
    ['[]', 'LIST_VALUE can not be converted to a structure of the request.'],
    [
      '{"ParallelismConfiguration": {"MaxParallelExecutionSteps": "2"}}',
      "STRING_VALUE can not be converted to a number at 'ParallelismConfiguration.MaxParallelExecutionSteps' of the request.",
    ],
  ])('%s names the member', (body, message) => {
    expect(() => decodeBody('CreatePipeline', body)).toThrow(
      expect.objectContaining({ code: 'SerializationException', message }),
    );
  });

  it('malformed JSON is a SerializationException', () => {
    expect(() => decodeBody('CreatePipeline', '{"a"')).toThrow(
      expect.objectContaining({ code: 'SerializationException' }),
    );
    expect(() => decodeBody('CreatePipeline', '['.repeat(200_000))).toThrow(
      expect.objectContaining({ code: 'SerializationException' }),
    );
  });

  it('unknown members, null members and an empty body are accepted', () => {
    expect(decodeBody('CreatePipeline', '{"Nope": 1, "PipelineName": "p", "RoleArn": null, "__type": "x"}')).toEqual({
      PipelineName: 'p',
    });
    expect(decodeBody('CreatePipeline', '')).toEqual({});
  });

  it('a member named __proto__ is only a name', () => {
    const input = decodeBody('CreateTrainingJob', '{"HyperParameters": {"__proto__": "x"}}') as {
      HyperParameters: Record<string, string>;
    };
    expect(Object.keys(input.HyperParameters)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(input.HyperParameters)).toBe(Object.prototype);
  });

  it('never throws anything but an AwsError', () => {
    const names = [...api.operations.keys()];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.oneof(fc.json(), fc.string()), (name, body) => {
        try {
          decodeBody(name, body);
        } catch (error) {
          expect(isAwsError(error)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
