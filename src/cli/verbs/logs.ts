/** `telar logs`: a job's log, whole or as it grows; what a state machine logged of an execution, and its jobs' logs. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clients } from '../aws.ts';
import { unlessMissing } from '../aws.ts';
import type { Context } from '../context.ts';
import { codeOf, type ExitStatus, misuse } from '../errors.ts';
import { isGlueRun, newestRun } from '../execution/glueRuns.ts';
import { logTail } from '../execution/logs.ts';
import { executionReader, findExecution, kindNamed } from '../execution/read.ts';
import { jobOfState, loggedEvents, logSources } from '../stateMachines/logs.ts';
import { isMachineExecution, lastName, listMachineExecutions } from '../stateMachines/read.ts';
import { clients } from './shared.ts';

const PAUSE_MS = 300;

export async function logs(
  context: Context,
  meant: string,
  options: { execution?: string; follow?: boolean; host?: string },
): Promise<ExitStatus> {
  const { out } = context;
  const on = clients(context);
  const execution = options.execution === undefined ? await machineExecution(on, meant) : undefined;
  if (execution !== undefined) return logsOfMachine(context, on, execution, options);
  const job = await jobOf(on, meant, options.execution);
  const tail = logTail(on, job, options.host);
  for (;;) {
    for await (const lines of tail.poll()) {
      for (const line of lines) {
        out.line(line);
        out.event({ event: 'log', line });
      }
    }
    if (!options.follow || tail.ended()) break;
    await sleep(PAUSE_MS);
  }
  out.result({ jobArn: job, ended: tail.ended() });
  return 0;
}

/** A machine's execution that is meant by itself: by its ARN, its name, or its machine's name for its newest. */
async function machineExecution(on: Clients, meant: string): Promise<string | undefined> {
  if (isMachineExecution(meant)) return meant;
  if (meant.startsWith('arn:') && !meant.includes(':states:')) return undefined;
  const named = await kindNamed(on, meant);
  if (named?.machineArn !== undefined) return findExecution(on, named.machineArn);
  const all = await listMachineExecutions(await on.sfn(), undefined, NEWEST);
  return all.find(({ name }) => name === meant)?.executionArn;
}

async function logsOfMachine(
  { out }: Context,
  on: Clients,
  arn: string,
  options: { follow?: boolean },
): Promise<ExitStatus> {
  if (options.follow) {
    throw misuse(`--follow is for one job's log. 'telar status ${lastName(arn)} --follow' watches the execution.`);
  }
  const { group, jobs, startedAt } = await logSources(on, arn);
  const tell = (state: string | null, lines: readonly string[]) => {
    for (const line of lines) {
      out.line(state === null ? line : `${out.style.dim(`${state} |`)} ${line}`);
      out.event({ event: 'log', state, line });
    }
  };
  if (group !== undefined) for await (const lines of loggedEvents(on, group, arn, startedAt)) tell(null, lines);
  for (const job of jobs) for await (const lines of logTail(on, job.arn).poll()) tell(job.state, lines);
  if (group === undefined && jobs.length === 0) {
    out.note(
      `Execution ${lastName(arn)} has no logs: its machine logs nowhere (give it \`logging\`), and its tasks have begun no job. 'telar history' has its events.`,
    );
  }
  out.result({ executionArn: arn, logGroup: group ?? null, jobs: jobs.map(({ arn: job }) => job) });
  return 0;
}

/** Executions among which a name is looked for. */
const NEWEST = 100;
/** What SageMaker lets a job be named. */
const JOB_NAME = /^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}$/;

/** A job by its ARN, by its step in an execution, or by its own name; of a Glue job, a run by its id, or the newest. */
async function jobOf(on: Clients, meant: string, execution: string | undefined): Promise<string> {
  if (meant.startsWith('arn:') || isGlueRun(meant)) return meant;
  // No step is named so.
  const job = execution === undefined && meant.startsWith('pipelines-') ? await jobByName(on, meant) : undefined;
  if (job) return job;
  try {
    return await jobOfStep(on, meant, execution);
  } catch (error) {
    const named = execution === undefined && codeOf(error) === 'Misuse';
    const other = named ? ((await jobByName(on, meant)) ?? (await newestRun(await on.glue(), meant))) : undefined;
    if (other) return other;
    throw error;
  }
}

async function jobOfStep(on: Clients, meant: string, execution: string | undefined): Promise<string> {
  const arn = await findExecution(on, execution);
  if (isMachineExecution(arn)) return jobOfState(on, arn, meant);
  const view = await (await executionReader(on, arn)).read();
  const step = view.steps.find(({ name }) => name === meant);
  if (!step) {
    const names = view.steps.map(({ name }) => name).join(', ');
    throw misuse(`Execution ${view.id} has no step '${meant}', and there is no job of that name. Its steps: ${names}.`);
  }
  if (step.jobArn) return step.jobArn;
  if (step.status === 'Waiting' || step.status === 'NotStarted') {
    throw misuse(`Step '${meant}' of execution ${view.id} has not started: it has no log yet.`);
  }
  throw misuse(`Step '${meant}' is a ${step.type} step: it runs no job, so it has no log.`);
}

async function jobByName(on: Clients, name: string): Promise<string | undefined> {
  if (!JOB_NAME.test(name)) return undefined;
  const client = await on.sagemaker();
  const processing = await unlessMissing(client.describeProcessingJob({ ProcessingJobName: name }));
  if (processing) return processing.ProcessingJobArn;
  const training = await unlessMissing(client.describeTrainingJob({ TrainingJobName: name }));
  if (training) return training.TrainingJobArn;
  return (await unlessMissing(client.describeTransformJob({ TransformJobName: name })))?.TransformJobArn;
}
