// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts that look like templates and are none.
/**
 * The real `terraform` on what `telar export` writes: it reads every text as it was, leaves the format alone, finds the module
 * valid against the provider's schema, and plans the very documents that `telar publish` sends.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { IAM } from '@aws-sdk/client-iam';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { SFN } from '@aws-sdk/client-sfn';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Documents } from '../../src/deploy/documents.ts';
import { block, fromJson, hclFile } from '../../src/deploy/hcl.ts';
import { findPlaces } from '../../src/deploy/places.ts';
import { terraformModule } from '../../src/deploy/terraform.ts';
import { values } from '../../src/deploy/testing.ts';
import { ROOT, type Telar, telarIn } from '../e2e/telar.ts';
import { type StandIn, startStandIn } from '../support/terraform/provider.ts';
import { type Plan, planOf, runTerraform, withoutTerraform } from '../support/terraform/terraform.ts';

if (withoutTerraform) console.warn(`Skipped: the exported module under terraform. ${withoutTerraform}`);
const base = mkdtempSync(join(tmpdir(), 'telar-terraform-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

function folder(name: string): string {
  const path = join(base, name);
  mkdirSync(path);
  return path;
}

// Skipped where terraform is not installed, with the reason printed above.
describe.skipIf(withoutTerraform)('HCL of any values', () => {
  const samples = fc.sample(values, { numRuns: 300, seed: 20261127 });

  it('reads back as it was, and is formatted as terraform would', { timeout: 60_000 }, async () => {
    const written = folder('values');
    const outputs = samples.map((value, index) =>
      block('output', [`v${index}`], { value: fromJson({ value }, (text) => text) }),
    );
    writeFileSync(join(written, 'main.tf'), hclFile('Values.', outputs));
    expect(await runTerraform(written, ['fmt', '-check', '-diff'])).toEqual({ status: 0, output: '' });
    const { planned_values } = await planOf(written);
    const read = samples.map((_, index) => planned_values.outputs[`v${index}`]?.value);
    expect(read).toEqual(samples.map((value) => ({ value })));
  });
});

// Skipped where terraform is not installed, with the reason printed above.
describe.skipIf(withoutTerraform)('a module of odd names and texts', () => {
  const DEFINITIONS = fc.sample(values, { numRuns: 20, seed: 20261128 });
  const odd = (account: string): Documents => ({
    name: 'odd "${project}"',
    region: 'eu-west-1',
    bucket: { name: 'odd-data' },
    roles: ['a.b', 'a-b', 'a_b', '1+1=2', 'empty'].map((name) => ({
      name,
      description: 'says ${this}, "that" and %{more}',
      trustPolicy: { Statement: [{ Condition: { 'aws:x/${aws:y}': `\${aws:z}/${account}` } }] },
      policies:
        name === 'empty' ? [] : [{ name: 'p-1', document: { Resource: 'arn:aws:s3:::odd-data/${aws:username}/*' } }],
    })),
    modelPackageGroups: [{ name: 'g', description: 'one\nor two' }],
    pipelines: DEFINITIONS.map((value, index) => ({
      name: `p-${index}`,
      roleArn: `arn:aws:iam::${account}:role/${index % 2 === 0 ? 'a.b' : 'empty'}`,
      definition: JSON.stringify({ value, uri: 's3://odd-data/x', account, script: '${bucket} %{ if true }$${x}' }),
      ...(index === 0 && { maxParallelSteps: 2 }),
    })),
    machines: DEFINITIONS.slice(0, 4).map((value, index) => ({
      name: `m-${index}`,
      type: index === 0 ? 'EXPRESS' : 'STANDARD',
      roleArn: `arn:aws:iam::${account}:role/a.b`,
      definition: JSON.stringify({ value, uri: 's3://odd-data/x', account, jsonata: '{% ${x} & "%{" %}' }),
      loggingConfiguration: {
        level: 'ERROR',
        includeExecutionData: index === 0,
        destinations: [
          {
            cloudWatchLogsLogGroup: { logGroupArn: `arn:aws:logs:eu-west-1:${account}:log-group:/odd/${index % 2}:*` },
          },
        ],
      },
    })),
  });

  it('is valid, formatted, and says what the documents say', { timeout: 60_000 }, async () => {
    const written = folder('odd');
    for (const [path, text] of terraformModule(findPlaces(odd)).files) {
      mkdirSync(dirname(join(written, path)), { recursive: true });
      writeFileSync(join(written, path), text);
    }
    const standIn = await startStandIn('123456789012');
    try {
      const settings = { TF_REATTACH_PROVIDERS: standIn.TF_REATTACH_PROVIDERS, TF_VAR_bucket: 'even-data' };
      expect(await runTerraform(written, ['fmt', '-check', '-diff', '-recursive'])).toEqual({ status: 0, output: '' });
      expect(await runTerraform(written, ['init', '-input=false'], settings)).toMatchObject({ status: 0 });
      const { root_module } = (await planOf(written, settings)).planned_values;
      const of = (type: string) =>
        root_module.resources!.filter((each) => each.type === type).map((each) => each.values);
      const wanted = odd('123456789012');
      const renamed = (text: string) =>
        JSON.parse(text.replaceAll(/(?<=s3:\/\/|s3:::)odd-data/g, 'even-data')) as unknown;
      const definitions = of('aws_sagemaker_pipeline').map((one) => [
        one['pipeline_name'],
        parse(one['pipeline_definition']),
      ]);
      expect(Object.fromEntries(definitions)).toEqual(
        Object.fromEntries(wanted.pipelines.map(({ name, definition }) => [name, renamed(definition)])),
      );
      const machines = of('aws_sfn_state_machine').map((one) => [one['name'], one['type'], parse(one['definition'])]);
      expect(machines.toSorted()).toEqual(
        wanted.machines.map(({ name, type, definition }) => [name, type, renamed(definition)]),
      );
      expect(of('aws_sfn_state_machine')[0]).toMatchObject({
        logging_configuration: [{ log_destination: 'arn:aws:logs:eu-west-1:123456789012:log-group:/odd/0:*' }],
      });
      expect(of('aws_cloudwatch_log_group').map(({ name }) => name)).toEqual(['/odd/0', '/odd/1']);
      const trusts = of('aws_iam_role').map((one) => [
        one['name'],
        one['description'],
        parse(one['assume_role_policy']),
      ]);
      expect(trusts.toSorted()).toEqual(
        wanted.roles.map((one) => [one.name, one.description, one.trustPolicy]).toSorted(),
      );
      expect(of('aws_iam_role_policy').map(({ policy }) => parse(policy))).toEqual(
        wanted.roles.flatMap(({ policies }) => policies.map(({ document }) => renamed(JSON.stringify(document)))),
      );
      expect(of('aws_sagemaker_model_package_group')).toMatchObject([
        { model_package_group_description: 'one\nor two' },
      ]);
      expect(of('aws_s3_bucket')).toMatchObject([
        { bucket: 'even-data', tags: { 'telar:project': 'odd "${project}"' } },
      ]);
    } finally {
      await standIn.close();
    }
  });
});

// Skipped where terraform is not installed, with the reason printed above.
describe.skipIf(withoutTerraform)('the Titanic example', () => {
  const ACCOUNT = '000000000000';
  const CODE = 's3://titanic-mlops-data/pipeline/code/one/pipeline_code.tar.gz';
  let telar: Telar;
  let standIn: StandIn;
  let exported: string;
  let settings: Record<string, string>;

  beforeAll(async () => {
    telar = telarIn();
    cpSync(join(ROOT, 'examples/01-titanic'), telar.folder, { recursive: true });
    standIn = await startStandIn(ACCOUNT);
    settings = { TF_REATTACH_PROVIDERS: standIn.TF_REATTACH_PROVIDERS, TF_VAR_code_bundle_uri: CODE };
    expect(await telar.run('export')).toMatchObject({ status: 0 });
    exported = join(telar.folder, 'terraform');
    expect(await runTerraform(exported, ['init', '-input=false'], settings)).toMatchObject({ status: 0 });
  }, 120_000);
  afterAll(async () => {
    await standIn.close();
    await telar.close();
  });

  it('is formatted, and valid against the schema of the provider', { timeout: 60_000 }, async () => {
    expect(await runTerraform(exported, ['fmt', '-check', '-diff', '-recursive'])).toEqual({ status: 0, output: '' });
    const validated = await runTerraform(exported, ['validate', '-json'], settings);
    expect(JSON.parse(validated.output)).toMatchObject({ valid: true, warning_count: 0 });
  });

  it('would not be valid with an argument that the provider does not have', { timeout: 60_000 }, async () => {
    const broken = folder('broken');
    cpSync(exported, broken, { recursive: true });
    writeFileSync(join(broken, 'more.tf'), 'resource "aws_sagemaker_pipeline" "x" {\n  pipeline_nam = "x"\n}\n');
    const { status, output } = await runTerraform(broken, ['validate', '-no-color'], settings);
    expect(status).toBe(1);
    expect(output).toMatch(/An argument named "pipeline_nam" is not expected here/);
    expect(output).toMatch(/The argument "pipeline_display_name" is required/);
  });

  it('plans the documents that telar publish sends, wholly known before anything exists', {
    timeout: 120_000,
  }, async () => {
    const up = await telar.json('up', '--detach', '--port', '0');
    expect(up).toMatchObject({ status: 0 });
    expect(await telar.run('publish')).toMatchObject({ status: 0 });
    const variables = (await telar.json('env')).result as Record<string, string>;
    const client = {
      endpoint: variables['AWS_ENDPOINT_URL']!,
      region: 'us-east-1',
      credentials: {
        accessKeyId: variables['AWS_ACCESS_KEY_ID']!,
        secretAccessKey: variables['AWS_SECRET_ACCESS_KEY']!,
      },
    };
    expect(plannedDocuments(await planOf(exported, settings))).toEqual(await publishedDocuments(client));
  });

  it('differs in the names alone for another account and another bucket', { timeout: 60_000 }, async () => {
    const other = await startStandIn('123456789012');
    try {
      const there = {
        TF_REATTACH_PROVIDERS: other.TF_REATTACH_PROVIDERS,
        TF_VAR_bucket: 'another-bucket',
        TF_VAR_code_bundle_uri: CODE,
      };
      const [here, moved] = [await planOf(exported, settings), await planOf(exported, there)].map(plannedDocuments);
      const renamed = JSON.stringify(here)
        .replaceAll(`iam::${ACCOUNT}:`, 'iam::123456789012:')
        .replaceAll(`us-east-1:${ACCOUNT}:`, 'us-east-1:123456789012:')
        .replaceAll('titanic-mlops-data', 'another-bucket');
      expect(moved).toEqual(JSON.parse(renamed));
    } finally {
      await other.close();
    }
  });
});

const PIPELINE = 'titanic-modelbuild-dev';
const ROLE = 'titanic-pipeline-role';

function plannedDocuments({ planned_values }: Plan) {
  const of = (type: string) =>
    (planned_values.root_module.resources ?? []).filter((each) => each.type === type).map(({ values: has }) => has);
  const [pipeline] = of('aws_sagemaker_pipeline');
  const role = of('aws_iam_role').find(({ name }) => name === ROLE);
  const ofRole = of('aws_iam_role_policy').filter((policy) => policy['role'] === ROLE);
  const policies = ofRole.map((policy) => [policy['name'], parse(policy['policy'])]);
  return {
    pipeline: {
      name: pipeline?.['pipeline_name'],
      displayName: pipeline?.['pipeline_display_name'],
      description: pipeline?.['pipeline_description'],
      roleArn: pipeline?.['role_arn'],
      definition: parse(pipeline?.['pipeline_definition']),
    },
    machines: of('aws_sfn_state_machine')
      .map((machine) => ({
        ...{ name: String(machine['name']), type: machine['type'], roleArn: machine['role_arn'] },
        definition: parse(machine['definition']),
      }))
      .sort(byName),
    role: { name: role?.['name'], description: role?.['description'], trust: parse(role?.['assume_role_policy']) },
    policies: Object.fromEntries(policies) as object,
    group: of('aws_sagemaker_model_package_group').map((group) => group['model_package_group_name']),
  };
}

async function publishedDocuments(client: ConstructorParameters<typeof SageMaker>[0] & object) {
  const sagemaker = new SageMaker(client);
  const iam = new IAM(client);
  const pipeline = await sagemaker.describePipeline({ PipelineName: PIPELINE });
  const { Role } = await iam.getRole({ RoleName: ROLE });
  const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName: ROLE });
  const policies = PolicyNames.map(async (PolicyName) => {
    const { PolicyDocument } = await iam.getRolePolicy({ RoleName: ROLE, PolicyName });
    return [PolicyName, parse(decodeURIComponent(PolicyDocument!))];
  });
  const groups = await sagemaker.listModelPackageGroups({});
  const { stateMachines = [] } = await new SFN(client).listStateMachines({});
  const machines = stateMachines.map(async ({ stateMachineArn }) => {
    const machine = await new SFN(client).describeStateMachine({ stateMachineArn });
    const { type, roleArn } = machine;
    return { name: String(machine.name), type, roleArn, definition: parse(machine.definition) };
  });
  return {
    pipeline: {
      name: pipeline.PipelineName,
      displayName: pipeline.PipelineDisplayName,
      description: pipeline.PipelineDescription,
      roleArn: pipeline.RoleArn,
      definition: parse(pipeline.PipelineDefinition),
    },
    machines: (await Promise.all(machines)).sort(byName),
    role: {
      name: Role?.RoleName,
      description: Role?.Description,
      trust: parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')),
    },
    policies: Object.fromEntries(await Promise.all(policies)) as object,
    group: groups.ModelPackageGroupSummaryList?.map(({ ModelPackageGroupName }) => ModelPackageGroupName),
  };
}

const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);

function parse(text: unknown): unknown {
  return JSON.parse(String(text));
}
