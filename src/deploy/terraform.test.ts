// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Documents, MachineDocument, PipelineDocument, RoleDocument, ScheduleDocument } from './documents.ts';
import { findPlaces } from './places.ts';
import { terraformModule } from './terraform.ts';
import { texts, values } from './testing.ts';

type Given = {
  roles?: RoleDocument[];
  pipelines?: PipelineDocument[];
  groups?: string[];
  machines?: MachineDocument[];
  schedules?: ScheduleDocument[];
};
const moduleOf = (given: (account: string) => Given, options: { bucket?: string } = {}) =>
  terraformModule(
    findPlaces((account): Documents => {
      const { roles = [], pipelines = [], groups = [], machines = [], schedules = [] } = given(account);
      const modelPackageGroups = groups.map((name) => ({ name }));
      return {
        name: 'small',
        region: 'eu-west-1',
        bucket: { name: 'small-data' },
        roles,
        modelPackageGroups,
        pipelines,
        machines,
        scheduleGroups: [...new Set(schedules.map(({ group }) => group))].map((name) => ({ name })),
        schedules,
      };
    }),
    options,
  );
const role = (name: string, ...statements: object[]): RoleDocument => ({
  name,
  trustPolicy: { Version: '2012-10-17' },
  policies: statements.map((statement, index) => ({ name: `p${index}`, document: { Statement: [statement] } })),
});
const pipeline = (name: string, more: Partial<PipelineDocument> = {}): PipelineDocument => ({
  name,
  roleArn: 'arn:aws:iam::123456789012:role/theirs',
  definition: '{}',
  ...more,
});

describe('a module', () => {
  it('has state machines, after their role and the log groups that they write into', () => {
    const machine = (account: string, name: string): MachineDocument => ({
      ...{ name, type: 'STANDARD', roleArn: `arn:aws:iam::${account}:role/machines` },
      definition: JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Succeed', Output: '{% $x %}' } }, account }),
      loggingConfiguration: {
        ...{ level: 'ALL', includeExecutionData: true },
        destinations: [
          { cloudWatchLogsLogGroup: { logGroupArn: `arn:aws:logs:eu-west-1:${account}:log-group:/states/small:*` } },
        ],
      },
    });
    const { files } = moduleOf((account) => ({
      roles: [role('machines', {})],
      machines: [machine(account, 'training'), machine(account, 'inference')],
    }));
    const text = files.get('machines.tf')!;
    expect(text.match(/resource "aws_cloudwatch_log_group"/g)).toHaveLength(1);
    expect(text).toContain(
      'log_destination        = "arn:aws:logs:eu-west-1:${local.account}:log-group:/states/small:*"',
    );
    expect(text).toMatch(/role_arn += local\.machines_arn\n/);
    expect(text).toContain('"${path.module}/machines/training.asl.json.tftpl", {');
    expect(text).toContain('depends_on = [aws_iam_role_policy.machines_p0, aws_cloudwatch_log_group.states_small]');
    expect(JSON.parse(files.get('machines/training.asl.json.tftpl')!)).toMatchObject({
      States: { A: { Output: '{% $x %}' } },
      account: '${account}',
    });
    expect(files.get('outputs.tf')).toContain('inference = aws_sfn_state_machine.inference.arn');
  });

  it('has schedules in their groups, after their role, with the code’s place as a variable', () => {
    const schedule = (account: string, more: Partial<ScheduleDocument>): ScheduleDocument => ({
      ...{ name: 'weekly', group: 'small', expression: 'cron(0 3 ? * MON *)', timeZone: 'Europe/Madrid' },
      roleArn: `arn:aws:iam::${account}:role/schedules`,
      targetArn: `arn:aws:states:eu-west-1:${account}:stateMachine:training`,
      ...more,
    });
    const { files } = moduleOf((account) => ({
      roles: [role('schedules', {})],
      schedules: [
        schedule(account, { input: (uri) => JSON.stringify({ code: uri, data: 's3://small-data/a', text: '${x}' }) }),
        schedule(account, {
          ...{ name: 'daily', flexibleMinutes: 15, enabled: false, start: '2027-01-01T00:00:00.000Z' },
          parameters: (uri) => ({ CodeBundleUri: uri }),
        }),
      ],
    }));
    const text = files.get('schedules.tf')!;
    expect(files.get('variables.tf')).toContain('variable "code_bundle_uri"');
    expect(text.match(/resource "aws_scheduler_schedule_group"/g)).toHaveLength(1);
    expect(text).toMatch(/group_name += aws_scheduler_schedule_group\.small\.name\n/);
    expect(text).toContain(
      '"{\\"code\\":\\"${var.code_bundle_uri}\\",\\"data\\":\\"s3://${var.bucket}/a\\",\\"text\\":\\"$${x}\\"}"',
    );
    expect(text).toMatch(/arn += "arn:aws:states:eu-west-1:\$\{local\.account\}:stateMachine:training"/);
    expect(text).toMatch(
      /mode += "FLEXIBLE"\n +maximum_window_in_minutes = 15|maximum_window_in_minutes = 15\n +mode += "FLEXIBLE"/,
    );
    expect(text).toMatch(/name += "CodeBundleUri"\n +value += (var\.code_bundle_uri|"\$\{var\.code_bundle_uri\}")/);
    expect(text).toMatch(/depends_on += \[aws_iam_role_policy\.schedules_p0\]/);
    expect(text).toMatch(/start_date += "2027-01-01T00:00:00Z"/);
    expect(files.get('outputs.tf')).toContain('daily  = aws_scheduler_schedule.daily.arn');
  });

  it('of a project with nothing but its bucket has no file too many', () => {
    const { files, remarks } = moduleOf(() => ({}), { bucket: 'elsewhere' });
    expect([...files.keys()]).toEqual(['versions.tf', 'variables.tf', 'main.tf', 'bucket.tf', 'outputs.tf']);
    expect(files.get('variables.tf')).toMatch(/ default {5}= "elsewhere"/);
    expect(remarks).toEqual([]);
  });

  it('writes policies with their places, and leaves policy variables alone', () => {
    const statement = {
      Resource: ['arn:aws:s3:::small-data/home/${aws:username}/*', '*'],
      Condition: { 'aws:x/${y}': 'z' },
    };
    const { files } = moduleOf(() => ({ roles: [role('r', statement)] }));
    expect(files.get('roles.tf')).toContain('["arn:aws:s3:::${var.bucket}/home/$${aws:username}/*", "*"]');
    expect(files.get('roles.tf')).toContain('"aws:x/$${y}" = "z"');
  });

  it('lost the place of a definition that a dollar stood before', () => {
    const definition = (account: string) => JSON.stringify({ a: `$${account}`, b: '$', c: 's3://small-data/$' });
    const { files } = moduleOf((account) => ({ pipelines: [pipeline('p', { definition: definition(account) })] }));
    const text = files.get('pipelines/p.json.tftpl')!;
    expect(text).toBe('{\n  "a": "\\u0024${account}",\n  "b": "$",\n  "c": "s3://${bucket}/$"\n}\n');
  });

  it('takes away inline policies that the project does not have, all of them where it has none', () => {
    expect(moduleOf(() => ({ roles: [role('r')] })).files.get('roles.tf')).toMatch(
      /policies_exclusive" "r" \{[^}]*policy_names = \[\]/,
    );
  });

  it('names what reads alike by a hash, whatever the order', () => {
    const names = (groups: string[]) =>
      [
        ...moduleOf(() => ({ groups }))
          .files.get('registry.tf')!
          .matchAll(/group" "(\w+)"/g),
      ].map(([, name]) => name);
    expect(names(['a-b', 'c'])).toEqual(['a_b', 'c']);
    expect(names(['a-b', 'a_b', '1']).toSorted()).toEqual(names(['1', 'a_b', 'a-b']).toSorted());
    expect(new Set(names(['a-b', 'a_b', '1']))).toHaveLength(3);
    expect(names(['1'])).toEqual(['_1']);
  });

  it('lets a pipeline wait for its role, where the project has it', () => {
    const { files } = moduleOf((account) => ({
      roles: [role('with', {}), role('without')],
      pipelines: ['with', 'without', 'theirs'].map((name) =>
        pipeline(name, { roleArn: `arn:aws:iam::${account}:role/${name}` }),
      ),
    }));
    const blocks = files.get('pipelines.tf')!.split('\n\n').slice(1);
    expect(blocks[0]).toMatch(/depends_on += \[aws_iam_role_policy\.with_p0\]/);
    expect(blocks[1]).toMatch(/depends_on += \[aws_iam_role\.without\]/);
    expect(blocks[2]).toMatch(/role_arn {14}= "arn:aws:iam::\$\{local\.account\}:role\/theirs"/);
    expect(blocks[2]).not.toMatch(/depends_on/);
  });

  it('says what bounds a pipeline, and nothing that it does not say', () => {
    const { files } = moduleOf(() => ({ pipelines: [pipeline('p', { maxParallelSteps: 3, displayName: 'P' })] }));
    const text = files.get('pipelines.tf')!;
    expect(text).toMatch(/ {2}parallelism_configuration \{\n {4}max_parallel_execution_steps = 3\n {2}\}/);
    expect(text).toMatch(/pipeline_display_name = "P"/);
    expect(text).not.toMatch(/pipeline_description/);
  });

  it('tells where the bucket is named and cannot follow', () => {
    const { remarks } = moduleOf(() => ({ pipelines: [pipeline('p', { definition: '{"BUCKET":"small-data"}' })] }));
    expect(remarks).toEqual([
      expect.stringMatching(/^The bucket 'small-data' is named in pipeline 'p' outside of .*var\.bucket/),
    ]);
  });

  it('is refused for text that Terraform would change', () => {
    const pipelines = [pipeline('p', { definition: '{"a":"e\u0301"}' })];
    expect(() => moduleOf(() => ({ pipelines }))).toThrow(/definition of pipeline 'p' is not in Unicode normal form C/);
  });
});

describe("a definition's template", () => {
  const templateOf = (definition: string) =>
    moduleOf(() => ({ pipelines: [pipeline('p', { definition })] })).files.get('pipelines/p.json.tftpl')!;

  it('is JSON, and evaluates to the definition with its places set in', () => {
    const uri = fc
      .tuple(fc.constantFrom('s3://small-data/', 's3://small-data-2/'), texts)
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(values, texts, uri, (value, text, from) => {
        const definition = { value, from, script: `\${bucket} %{if} ${text}` };
        const written = templateOf(JSON.stringify(definition));
        expect(written).not.toMatch(/%\{/);
        const evaluated = written.replace(/\$\{(\w+)\}/g, (_, name) => ({ bucket: 'small-data' })[name as string]!);
        expect(JSON.parse(evaluated)).toEqual(definition);
        const renamed = JSON.parse(written.replaceAll('${bucket}', 'elsewhere')) as typeof definition;
        expect(renamed.from).toBe(from.replace(/^s3:\/\/small-data\//, 's3://elsewhere/'));
        expect(renamed.script).toBe(definition.script);
      }),
    );
  });

  it('can be read in a difference: a line for each member', () => {
    expect(templateOf('{"a":[1,"s3://small-data/x"]}')).toBe('{\n  "a": [\n    1,\n    "s3://${bucket}/x"\n  ]\n}\n');
  });
});
