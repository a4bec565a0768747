/**
 * A client that wants one thing after the other done and repeats, under the same token, whatever it was not answered:
 * sets up, executes the pipeline, executes it again once that has ended; some stop an execution in the middle and retry it.
 */
import type { PipelineState } from '../../src/engine/pipelines/state.ts';
import type { Api } from '../../src/protocol/api.ts';
import { isAwsError } from '../../src/protocol/errors.ts';
import type { Call } from '../../src/protocol/service.ts';
import { iam, sagemaker } from '../../src/server/apis.ts';
import type { System } from '../../src/server/system.ts';
import { randomPipeline } from './pipelines.ts';
import { DISK_FULL, type Incarnation, rng, seedOf } from './world.ts';

export const ACCOUNT = '000000000000';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/simulated`;
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

type Request = {
  api: Api | 's3';
  operation: string;
  input(): object;
  /** Once all executions have ended, or so many milliseconds after the request before. */
  when: 'idle' | number;
  answered?(output: object): void;
  /** Codes of refusals that are as good as an answer. */
  accepts?: RegExp;
};

export type Client = {
  connect(system: System, incarnation: Incarnation): void;
  /** Those that were acknowledged. */
  executions(): readonly string[];
  meddles: boolean;
  problems(): readonly string[];
};

export function createClient(seed: number): Client {
  const random = rng(seedOf(seed, 'client'));
  const meddles = random.chance(0.4);
  const executions: string[] = [];
  const problems: string[] = [];
  const wanted = script(seed, meddles ? random.int(200_000) : undefined, executions);
  let progress = 0;

  function connect(system: System, { world, alive }: Incarnation): void {
    const { clock } = world;
    const s3 = system.services.find(({ name }) => name === 'objects')!.api;
    const idle = () =>
      executions.every((arn) => !/Executing|Stopping/.test(system.engine.state<PipelineState>(arn)?.status ?? ''));

    function next(): void {
      const request = wanted[progress];
      if (!request) return;
      if (request.when === 'idle' && !idle()) clock.at(clock.now() + 5000, next);
      else if (request.when === 'idle') send(request);
      else clock.at(clock.now() + request.when, () => send(request));
    }

    function send(request: Request): void {
      const api = request.api === 's3' ? s3 : request.api;
      void system.dispatch.run(api, request.operation, request.input(), callAt(clock.now())).then(
        (output) => {
          if (!alive()) return;
          request.answered?.(output as object);
          goOn();
        },
        (error: unknown) => {
          if (!alive()) return;
          if (String(error).includes(DISK_FULL)) {
            clock.at(clock.now() + 1000, next);
            return;
          }
          if (!isAwsError(error) || !request.accepts?.test(error.code)) {
            problems.push(`${request.operation}: ${String(error)}`);
          }
          goOn();
        },
      );
    }

    function goOn(): void {
      progress += 1;
      clock.soon(next);
    }

    clock.soon(next);
  }

  return { connect, executions: () => executions, meddles, problems: () => problems };
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

function callAt(now: number): Call {
  return {
    ...{ requestId: 'simulated', account: ACCOUNT, region: 'us-east-1', now, headers: {} },
    principal: {
      kind: 'root',
      arn: `arn:aws:iam::${ACCOUNT}:root`,
      userId: ACCOUNT,
      account: ACCOUNT,
      accessKeyId: undefined,
    },
  };
}
