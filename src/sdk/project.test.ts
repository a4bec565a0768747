import { describe, expect, test } from 'vitest';
import titanic from '../../examples/01-titanic/telar.config.ts';
import {
  codeBundle,
  codeBundleKey,
  definePipeline,
  defineProject,
  defineRole,
  modelPackageGroup,
  type PolicyDocument,
  pipelineRole,
  processingStep,
  projectDocuments,
  splitCsv,
  uploadFile,
  uploadPackages,
} from './index.ts';

const context = { account: '123456789012', region: 'eu-west-1' };

describe('the Titanic project’s documents', () => {
  const documents = projectDocuments(titanic, context);

  test('name its stable resources', () => {
    const bucket = { name: 'titanic-mlops-data', arn: 'arn:aws:s3:::titanic-mlops-data', events: true };
    expect(documents.bucket).toEqual(bucket);
    expect(documents.modelPackageGroups.map(({ arn }) => arn)).toEqual([
      'arn:aws:sagemaker:eu-west-1:123456789012:model-package-group/titanic-survival-xgboost',
    ]);
    const [pipeline] = documents.pipelines;
    expect(pipeline?.arn).toBe('arn:aws:sagemaker:eu-west-1:123456789012:pipeline/titanic-modelbuild-dev');
    expect(pipeline?.roleArn).toBe(documents.roles[0]?.arn);
    expect(pipeline?.roleArn).toBe('arn:aws:iam::123456789012:role/titanic-pipeline-role');
  });

  test('are the same, byte for byte, whenever they are made', () => {
    expect(JSON.stringify(projectDocuments(titanic, context))).toBe(JSON.stringify(documents));
  });

  test('hold no other account or region', () => {
    const elsewhere = JSON.stringify(projectDocuments(titanic, { account: '999999999999', region: 'us-east-2' }));
    expect(elsewhere).not.toMatch(/123456789012|eu-west-1/);
  });

  test('start a run on the uploads', () => {
    const key = codeBundleKey(documents.code!, '6b221bb');
    expect(key).toBe('pipeline/code/6b221bb/pipeline_code.tar.gz');
    expect(documents.pipelines[0]?.startParameters(`s3://titanic-mlops-data/${key}`)).toEqual({
      CodeBundleUri: 's3://titanic-mlops-data/pipeline/code/6b221bb/pipeline_code.tar.gz',
      InputTrainUri: 's3://titanic-mlops-data/curated/train.csv',
      InputValidationUri: 's3://titanic-mlops-data/curated/validation.csv',
    });
  });

  test('keep the execution id out of everything that the cache looks at', () => {
    const { Steps } = JSON.parse(documents.pipelines[0]!.definition) as {
      Steps: { Arguments: Record<string, unknown> }[];
    };
    for (const { Arguments } of Steps) {
      const { AppSpecification, Environment, ProcessingInputs, AlgorithmSpecification, HyperParameters } = Arguments;
      const keyed = [AppSpecification, Environment, ProcessingInputs, AlgorithmSpecification, HyperParameters];
      expect(JSON.stringify(keyed)).not.toContain('Execution.');
    }
  });
});

describe('a pipeline’s role', () => {
  const role = pipelineRole({
    name: 'r',
    bucket: 'data',
    read: ['in/*'],
    write: ['out/*'],
    jobs: ['transform'],
    modelPackageGroups: [{ name: 'g' }],
  });
  const [documents] = projectDocuments(defineProject({ name: 'p', bucket: 'data', roles: [role] }), context).roles;
  const granted = (action: string) => documents!.policies.flatMap(({ document }) => resourcesOf(document, action));

  test('is SageMaker’s to assume', () => {
    expect(documents!.trustPolicy.Statement).toEqual([
      { Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ]);
  });

  test('reads what it reads and writes, writes what it writes', () => {
    expect(granted('s3:GetObject')).toEqual(['arn:aws:s3:::data/in/*', 'arn:aws:s3:::data/out/*']);
    expect(granted('s3:PutObject')).toEqual(['arn:aws:s3:::data/out/*']);
    expect(granted('s3:DeleteObject')).toEqual([]);
  });

  test('starts the named jobs only, passes itself only, registers in its groups only', () => {
    expect(granted('sagemaker:CreateTransformJob')).toContain(
      'arn:aws:sagemaker:eu-west-1:123456789012:transform-job/pipelines-*',
    );
    expect(granted('sagemaker:CreateTrainingJob')).toEqual([]);
    expect(granted('iam:PassRole')).toEqual(['arn:aws:iam::123456789012:role/r']);
    expect(granted('sagemaker:CreateModelPackage')).toEqual([
      'arn:aws:sagemaker:eu-west-1:123456789012:model-package-group/g',
      'arn:aws:sagemaker:eu-west-1:123456789012:model-package/g/*',
    ]);
  });

  test('has no policy that allows everything', () => {
    const actions = documents!.policies.flatMap(({ document }) => document.Statement.flatMap(({ Action }) => Action));
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });
});

describe('a project is refused when', () => {
  const role = defineRole({ name: 'r', policies: {} });
  const steps = [processingStep({ name: 'S', image: 'i', instance: 'ml.m5.large' })];

  test.each(['ab', 'Upper', 'a..b', '-ab', 'with_underscore'])('its bucket is named %j', (bucket) => {
    expect(() => defineProject({ name: 'p', bucket })).toThrow(`In project 'p': '${bucket}' is no bucket name`);
  });

  test('a pipeline acts as a role that is not listed', () => {
    const pipelines = [definePipeline({ name: 'one', role, steps })];
    expect(() => defineProject({ name: 'p', bucket: 'data', pipelines })).toThrow(
      "In project 'p': pipeline 'one' acts as role 'r', which would not be created: add it to `roles`.",
    );
    expect(() => defineProject({ name: 'p', bucket: 'data', pipelines, roles: [role] })).not.toThrow();
  });

  test('two resources share a name', () => {
    const groups = [modelPackageGroup({ name: 'g' }), modelPackageGroup({ name: 'g' })];
    expect(() => defineProject({ name: 'p', bucket: 'data', modelPackageGroups: groups })).toThrow(/named 'g'/);
  });

  test('a policy is none, before anything is published', () => {
    const broken = defineRole({
      name: 'r',
      policies: { all: [{ Effect: 'Allow', Action: 's3:*', Resource: 'everything' }] },
    });
    const project = defineProject({ name: 'p', bucket: 'data', roles: [broken] });
    expect(() => projectDocuments(project, context)).toThrow(/In policy 'all' of role 'r'/);
  });

  test('account or region are none', () => {
    const project = defineProject({ name: 'p', bucket: 'data' });
    expect(() => projectDocuments(project, { account: '12', region: 'eu-west-1' })).toThrow(/'12' is no account id/);
    expect(() => projectDocuments(project, { account: '123456789012', region: 'Ireland' })).toThrow(
      /'Ireland' is no region/,
    );
  });
});

describe('uploads are refused when', () => {
  test.each([0, 1, -0.5, Number.NaN])('the split is at %d', (at) => {
    expect(() => splitCsv({ file: 'x.csv', at, train: 'a', validation: 'b' })).toThrow(/give a share between 0 and 1/);
  });

  test('both parts have one key, or a key is a prefix', () => {
    expect(() => splitCsv({ file: 'x.csv', at: 0.5, train: 'a', validation: 'a' })).toThrow(/the same key/);
    expect(() => uploadFile({ file: 'x.csv', key: '/a' })).toThrow(/begins nor ends with a slash/);
  });

  test('packages are none', () => {
    expect(() => uploadPackages({ packages: [], prefix: 'a' })).toThrow(/name at least one/);
    expect(() => uploadPackages({ packages: ['A/b'], prefix: 'a' })).toThrow(/'A\/b' is no package's name/);
    expect(() => uploadPackages({ packages: ['b'], prefix: 'a/' })).toThrow(/begins nor ends with a slash/);
  });

  test('the code bundle is empty or leaves its folder', () => {
    expect(() => codeBundle({ include: [] })).toThrow(/`include` is empty/);
    expect(() => codeBundle({ include: ['../x.py'] })).toThrow(/'..\/x.py' leaves the folder/);
  });
});

function resourcesOf(document: PolicyDocument, action: string): string[] {
  const allowing = document.Statement.filter((statement) => [statement.Action].flat().includes(action));
  return allowing.flatMap(({ Resource }) => Resource ?? []);
}
