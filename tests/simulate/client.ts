/**
 * A client of pipelines: sets up, executes the pipeline, executes it again once that has ended; some stop an execution in the
 * middle and retry it.
 */
import type { PipelineState } from '../../src/engine/pipelines/state.ts';
import { iam, sagemaker } from '../../src/server/apis.ts';
import { randomPipeline } from './pipelines.ts';
import { ACCOUNT, createScripted, type Request, type Scripted } from './scripted.ts';
import { rng, seedOf } from './world.ts';

const ROLE = `arn:aws:iam::${ACCOUNT}:role/simulated`;
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

export type Client = Scripted & {
  /** Those that were acknowledged. */
  executions(): readonly string[];
  meddles: boolean;
};

export function createClient(seed: number): Client {
  const random = rng(seedOf(seed, 'client'));
  const meddles = random.chance(0.4);
  const executions: string[] = [];
  const scripted = createScripted(script(seed, meddles ? random.int(200_000) : undefined, executions), ({ engine }) =>
    executions.every((arn) => !/Executing|Stopping/.test(engine.state<PipelineState>(arn)?.status ?? '')),
  );
  return { ...scripted, executions: () => executions, meddles };
}

function script(seed: number, stopAfter: number | undefined, executions: string[]): Request[] {
  const token = (name: string) => name.padEnd(32, '0');
  const definition = randomPipeline(rng(seedOf(seed, 'pipeline')));
  const start = (nth: number): Request => ({
    ...{ api: sagemaker, operation: 'StartPipelineExecution', when: 'idle' },
    input: () => ({
      PipelineName: 'p',
      ClientRequestToken: token(`execution-${nth}`),
      PipelineParameters: [{ Name: 'Role', Value: ROLE }],
    }),
    answered: (output) => void executions.push((output as { PipelineExecutionArn: string }).PipelineExecutionArn),
  });
  const onFirst = (operation: string, when: Request['when']): Request => ({
    ...{ api: sagemaker, operation, when },
    // It may have ended meanwhile, or ended well, or in a Fail step.
    accepts: /ConflictException/,
    input: () => ({ PipelineExecutionArn: executions[0], ClientRequestToken: token(operation) }),
  });
  const meddling =
    stopAfter === undefined
      ? []
      : [onFirst('StopPipelineExecution', stopAfter), onFirst('RetryPipelineExecution', 'idle')];
  return [
    {
      ...{ api: 's3', operation: 'CreateBucket', when: 'idle', accepts: /BucketAlreadyOwnedByYou/ },
      input: () => ({ Bucket: 'bucket' }),
    },
    {
      ...{ api: iam, operation: 'CreateRole', when: 'idle', accepts: /EntityAlreadyExists/ },
      input: () => ({ RoleName: 'simulated', AssumeRolePolicyDocument: TRUST }),
    },
    {
      ...{ api: iam, operation: 'AttachRolePolicy', when: 'idle' },
      input: () => ({ RoleName: 'simulated', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
    },
    {
      ...{ api: sagemaker, operation: 'CreatePipeline', when: 'idle' },
      input: () => ({
        PipelineName: 'p',
        RoleArn: ROLE,
        PipelineDefinition: definition,
        ClientRequestToken: token('create'),
      }),
    },
    start(1),
    ...meddling,
    start(2),
  ];
}
