/** How a job ends, from how its process ended and what it left: pure, and in SageMaker's words. */
import { constants } from 'node:os';
import { isAwsError } from '../../protocol/errors.ts';
import { isRunnerError } from '../../runner/errors.ts';
import type { JobExit } from '../../runner/runner.ts';
import { isJobFailure } from './errors.ts';
import type { Report } from './files/files.ts';
import { hostName } from './hosts.ts';
import { GIGABYTE, type Job, type JobPlan } from './plan.ts';
import type { Ending, RecordedExit } from './row.ts';
import type { JobKind, StopCause } from './store.ts';
import type { DriveOutcome } from './transform/drives.ts';

/** In characters, as SageMaker's model has it. */
const LONGEST_REASON = 1024;
/** The runner's sandbox says so in the log, with this status, when it could not be made. */
const SANDBOX_FAILED = { code: 125, line: /^telar: the sandbox of this job could not be made/ };

const stopped: Ending = { status: 'Stopped', secondary: 'Stopped', internal: false, result: {} };

function failed(failureReason: string, internal: boolean, result: Ending['result'] = {}): Ending {
  return { status: 'Failed', secondary: 'Failed', failureReason: cut(failureReason, LONGEST_REASON), internal, result };
}

/** Whether a process that ended so has outputs to store. */
export function storesOutputs(
  { exit, stopped: cause, transform: driven }: RecordedExit,
  { storeWhenStopped, transform }: Pick<JobPlan, 'storeWhenStopped' | 'transform'>,
): boolean {
  if (exit.kind === 'lost') return false;
  // What serves a model is ended by us: its files say how it went.
  if (transform) return cause === null && driven !== undefined && !driven.fatal;
  return cause === null ? exit.kind === 'exited' && exit.code === 0 : storeWhenStopped;
}

/** The end of a job that was told to stop, or ran out of time. */
export function interrupted(kind: JobKind, cause: StopCause, maxRuntimeSeconds: number): Ending {
  if (cause === 'requested') return stopped;
  if (kind === 'Training' || kind === 'Glue') return { ...stopped, secondary: 'MaxRuntimeExceeded' };
  const advice =
    kind === 'Transform'
      ? 'Give it less to do, or more instances.'
      : 'Allow it more time in its StoppingCondition, or give it less to do.';
  return failed(
    `ClientError: The ${kind.toLowerCase()} job exceeded MaxRuntimeInSeconds (${maxRuntimeSeconds}) and was stopped. ${advice}`,
    false,
  );
}

/** The end of a job whose process has ended and whose outputs, if it has any, are stored with this very end. */
export function ending(
  { kind, plan }: Pick<Job, 'kind' | 'plan'>,
  { exit, stopped: cause, transform: driven }: RecordedExit,
  report: Report,
  modelStored: boolean,
): Ending {
  const result = {
    exitMessage: kind === 'Processing' ? report.message : undefined,
    metrics: report.metrics.length > 0 ? report.metrics : undefined,
    modelStored: kind === 'Training' && modelStored ? true : undefined,
    uses: exit.uses,
  };
  if (cause !== null) return { ...interrupted(kind, cause, plan.maxRuntimeSeconds), result };
  if (exit.kind === 'lost') return failed(`InternalServerError: The job was lost: ${exit.reason}`, true, result);
  if (driven && (driven.failures === 0 || !exit.excess)) return transformed(driven, result);
  if (exit.kind === 'exited' && exit.code === 0) {
    if (plan.transform) return failed(`AlgorithmError: ${SERVED_NO_MORE}`, false, result);
    return { status: 'Completed', secondary: 'Completed', internal: false, result };
  }
  if (exit.excess === 'memory') return failed(outOfMemory(kind), false, result);
  if (exit.excess === 'volume') return failed(`ClientError: ${volumeFull(plan.volumeBytes)}`, false, result);
  const code = exitCode(exit);
  if (code === SANDBOX_FAILED.code && SANDBOX_FAILED.line.test(report.lastLine ?? '')) {
    return failed(`InternalServerError: ${report.lastLine}`, true, result);
  }
  if (kind === 'Glue') return failed(scriptError(report, code), false, result);
  const hints = [
    ...(exit.excess === 'processes' ? ['The job was refused more processes than its instance has room for'] : []),
    ...(exit.host === undefined ? [] : [`The first host to fail: ${hostName(exit.host)}`]),
  ];
  return failed([algorithmError(kind, report, code), ...hints].join('. '), false, result);
}

const SERVED_NO_MORE =
  'The model server ended, with exit code 0, before all inputs were transformed. Its `serve` must stay until it is told to end.';

/** The end of a transform job whose files were carried through its model. */
function transformed({ files, failures, failed: named, fatal }: DriveOutcome, result: Ending['result']): Ending {
  if (fatal) return failed(`${fatal.kind}: ${fatal.reason}`, fatal.kind === 'InternalServerError', result);
  const [first] = named;
  if (!first) return { status: 'Completed', secondary: 'Completed', internal: false, result };
  const others = failures < files ? "; the others' outputs are stored" : '';
  const which = `${failures} of ${files} inputs failed${others}. ${first.path}: ${first.reason}`;
  return failed(`${first.kind}: See job logs for more information. ${which}`, false, result);
}

/** SageMaker's words, which tell the two types of jobs apart. */
function outOfMemory(kind: JobKind): string {
  if (kind === 'Glue') return GLUE_OUT_OF_MEMORY;
  const data = kind === 'Training' ? 'training data' : 'job data';
  return `ClientError: Please use an instance type with more memory, or reduce the size of ${data} processed on an instance.`;
}

const GLUE_OUT_OF_MEMORY =
  'Command failed with exit code 137: the run needed more memory than it has. Raise its MaxCapacity or WorkerType, or read the data in parts.';

/** Of a script that Glue runs: what it raised, where that is known. */
function scriptError({ failure, lastLine }: Report, code: number): string {
  if (failure) return failure;
  return `Command failed with exit code ${code}${lastLine ? `. The log's last line: ${lastLine}` : ''}`;
}

function volumeFull(volumeBytes: number): string {
  return `No space left on device: the job has filled its volume of ${volumeBytes / GIGABYTE} GB, and was ended. Raise VolumeSizeInGB.`;
}

function algorithmError(kind: JobKind, { failure, lastLine }: Report, code: number): string {
  const suffix = `, exit code: ${code}`;
  if (kind === 'Training' && failure) {
    return `${cut(`AlgorithmError: ${failure}`, LONGEST_REASON - suffix.length)}${suffix}`;
  }
  const last = lastLine ? `. The log's last line: ${lastLine}` : '';
  return `AlgorithmError: See job logs for more information${suffix}${last}`;
}

/** As a container runtime reports it: 128 and the signal's number for a process that a signal ended. */
function exitCode(exit: Exclude<JobExit, { kind: 'lost' }>): number {
  if (exit.kind === 'exited') return exit.code;
  return 128 + (constants.signals[exit.signal as NodeJS.Signals] ?? 0);
}

/** The end of a job that could not be carried out. */
export function refused(error: unknown): Ending {
  if (isJobFailure(error)) return failed(`${error.failure}: ${error.message}`, error.failure === 'InternalServerError');
  if (isRunnerError(error)) return failed(`ClientError: ${error.code}: ${error.message}`, error.code === 'DiskFull');
  if (isAwsError(error)) return failed(`ClientError: ${error.code}: ${error.message}`, error.status >= 500);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const advice = "Free space on this machine's disk, then run the job again.";
    return failed(`InternalServerError: No space left on device. ${advice}`, true);
  }
  return failed(`InternalServerError: ${error instanceof Error ? error.message : String(error)}`, true);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
