/**
 * What a job's definition means: what is refused, what stands where it is silent, and how it is described.
 * https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html
 *
 * D1. What Telar does not honour is refused by name, never forgotten.
 */
import { parseS3 } from './addresses.ts';
import { checkArguments } from './arguments.ts';
import { type Capacity, shellCapacity, sparkCapacity } from './capacity.ts';
import type { CreateJobInput, Job, JobUpdate, StartInput } from './context.ts';
import { glueErrors } from './errors.ts';

export type Kind = 'pythonshell' | 'glueetl';

/** What a definition and an update of one have in common. */
type Given = JobUpdate & Pick<CreateJobInput, 'Name'>;

const KINDS: readonly string[] = ['pythonshell', 'glueetl'];
const SHELL_VERSIONS: readonly string[] = ['3.9', '3'];
const SPARK_VERSIONS: readonly string[] = ['2.0', '3.0', '4.0', '5.0', '5.1'];
const NEWEST = '5.0';
const MOST_RETRIES = 10;
/** In minutes. */
const TIMEOUTS = { most: 7 * 24 * 60, usual: 2880, ofVersion5: 480 };

export const kindOf = ({ Command }: Pick<Job, 'Command'>): Kind => Command!.Name as Kind;

/**
 * The definition as GetJob answers it, its times left out.
 *
 * @throws InvalidInputException
 */
export function definitionOf(given: Given): Job {
  refuseUnsupported(given);
  const { Name, Description, LogUri, Role, Command, DefaultArguments, NonOverridableArguments } = given;
  if (!Role) throw glueErrors.invalid('A job needs a Role: the name or ARN of the IAM role that its runs have.');
  const kind = checkCommand(Command);
  checkArguments({ ...DefaultArguments, ...NonOverridableArguments });
  const version = versionOf(kind, given.GlueVersion);
  const runs = given.ExecutionProperty?.MaxConcurrentRuns ?? 1;
  if (runs < 1) throw glueErrors.invalid(`MaxConcurrentRuns is at least 1, and not ${runs}.`);
  const retries = given.MaxRetries ?? 0;
  if (retries < 0 || retries > MOST_RETRIES) {
    throw glueErrors.invalid(`MaxRetries is from 0 to ${MOST_RETRIES}, and not ${retries}.`);
  }
  return {
    ...{ Name, JobMode: given.JobMode ?? 'SCRIPT', JobRunQueuingEnabled: false, Description, LogUri, Role },
    ExecutionProperty: { MaxConcurrentRuns: runs },
    Command: { ...Command, PythonVersion: Command!.PythonVersion ?? (kind === 'pythonshell' ? '3.9' : '3') },
    ...{ DefaultArguments, NonOverridableArguments, MaxRetries: retries },
    Timeout: checkTimeout(given.Timeout ?? usualTimeout(version)),
    ...capacityOf(kind, given).described,
    NotificationProperty: given.NotificationProperty,
    GlueVersion: version,
    ExecutionClass: kind === 'glueetl' ? (given.ExecutionClass ?? 'STANDARD') : given.ExecutionClass,
  };
}

function capacityOf(kind: Kind, asked: Parameters<typeof shellCapacity>[0]): Capacity {
  return kind === 'pythonshell' ? shellCapacity(asked) : sparkCapacity(asked);
}

/** The capacity of a run: its own, where it names one, else its job's. @throws InvalidInputException */
export function capacityOfRun(job: Job, run: StartInput): Capacity {
  const { MaxCapacity, AllocatedCapacity, WorkerType, NumberOfWorkers } = run;
  const kind = kindOf(job);
  if (WorkerType !== undefined || NumberOfWorkers !== undefined) {
    const own = { WorkerType: WorkerType ?? job.WorkerType, NumberOfWorkers: NumberOfWorkers ?? job.NumberOfWorkers };
    return capacityOf(kind, { ...own, MaxCapacity, AllocatedCapacity });
  }
  if (MaxCapacity !== undefined || AllocatedCapacity !== undefined) {
    return capacityOf(kind, { MaxCapacity, AllocatedCapacity });
  }
  // A description names the capacity of workers, too.
  if (job.WorkerType !== undefined) {
    return capacityOf(kind, { WorkerType: job.WorkerType, NumberOfWorkers: job.NumberOfWorkers });
  }
  return capacityOf(kind, { MaxCapacity: job.MaxCapacity });
}

/** @throws InvalidInputException */
function checkTimeout(minutes: number): number {
  if (minutes >= 1 && minutes <= TIMEOUTS.most) return minutes;
  throw glueErrors.invalid(`Timeout is from 1 to ${TIMEOUTS.most} minutes, and not ${minutes}.`);
}

function usualTimeout(version: string | undefined): number {
  return version?.startsWith('5.') ? TIMEOUTS.ofVersion5 : TIMEOUTS.usual;
}

function versionOf(kind: Kind, version: string | undefined): string | undefined {
  if (kind === 'pythonshell') return version;
  if (version === undefined) return NEWEST;
  if (SPARK_VERSIONS.includes(version)) return version;
  throw glueErrors.unsupported(`GlueVersion ${version}`, `Use one of ${SPARK_VERSIONS.join(', ')}.`);
}

function checkCommand(command: Given['Command']): Kind {
  const { Name: name = '', ScriptLocation: script, PythonVersion: python, Runtime: runtime } = command ?? {};
  if (!KINDS.includes(name)) {
    throw glueErrors.unsupported(`the Command '${name.slice(0, 80)}'`, 'Use pythonshell, or glueetl for PySpark.');
  }
  if (runtime !== undefined) throw glueErrors.unsupported('Command.Runtime', 'It belongs to Ray: leave it out.');
  if (script === undefined || !parseS3(script)) {
    throw glueErrors.invalid(
      `Command.ScriptLocation is the s3:// address of the job's script, and is ${script === undefined ? 'absent' : `'${script.slice(0, 200)}'`}.`,
    );
  }
  if (!/\.py$/i.test(script)) {
    throw glueErrors.unsupported(`the script '${script.slice(-80)}'`, 'Only scripts in Python (.py) run here.');
  }
  const versions = name === 'pythonshell' ? SHELL_VERSIONS : ['3'];
  if (python !== undefined && !versions.includes(python)) {
    throw glueErrors.unsupported(`PythonVersion ${python} of a ${name} job`, `Use ${versions[0]}.`);
  }
  return name as Kind;
}

function refuseUnsupported(given: Given): void {
  const refuse = (member: string, advice: string) => glueErrors.unsupported(member, advice);
  if (given.Connections?.Connections?.length) {
    throw refuse('Connections', 'A run reaches what this machine reaches: leave them out, and connect in the script.');
  }
  if (given.SecurityConfiguration !== undefined) {
    throw refuse('SecurityConfiguration', 'Leave it out: what is stored stays on this machine.');
  }
  if (given.CodeGenConfigurationNodes && Object.keys(given.CodeGenConfigurationNodes).length > 0) {
    throw refuse('CodeGenConfigurationNodes', 'Have Glue Studio write the script, and name that.');
  }
  if (given.SourceControlDetails !== undefined) throw refuse('SourceControlDetails', 'Upload the script to S3.');
  if (given.MaintenanceWindow !== undefined) throw refuse('MaintenanceWindow', 'It belongs to streaming jobs.');
  if (given.JobRunQueuingEnabled) {
    throw refuse('JobRunQueuingEnabled', 'Raise MaxConcurrentRuns: runs wait for the machine by themselves.');
  }
  if (given.JobMode !== undefined && given.JobMode !== 'SCRIPT')
    throw refuse(`JobMode ${given.JobMode}`, 'Use SCRIPT.');
}

/** Refuses what a run asks for and Telar does not do. @throws InvalidInputException */
export function checkStart(given: StartInput): void {
  if (given.SecurityConfiguration !== undefined) {
    throw glueErrors.unsupported('SecurityConfiguration', 'Leave it out: what is stored stays on this machine.');
  }
  if (given.ExecutionRoleSessionPolicy !== undefined) {
    throw glueErrors.unsupported('ExecutionRoleSessionPolicy', "Bound the job's role by its own policies.");
  }
  if (given.JobRunQueuingEnabled) {
    throw glueErrors.unsupported(
      'JobRunQueuingEnabled',
      'Raise MaxConcurrentRuns: runs wait for the machine by themselves.',
    );
  }
  if (given.Timeout !== undefined) checkTimeout(given.Timeout);
}
