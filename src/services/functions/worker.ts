/** Starts the worker of a version: the variables that its process finds, its bounds, and its role's keys. */
import { availableParallelism, totalmem } from 'node:os';
import { LOWER_ALPHANUMERIC, randomString } from '../../base/random.ts';
import { WORKER_PREFIX } from '../../runner/functions/worker.ts';
import { USUAL_FILE_BYTES } from '../../runner/limited.ts';
import { type Configuration, logGroupOf } from './configuration.ts';
import type { Parts } from './context.ts';
import { functionErrors } from './errors.ts';
import { IMAGES, languageOf } from './legal.ts';
import type { FunctionLogs, LogStream } from './logs.ts';
import { functionArn, versionText } from './names.ts';
import type { Kept } from './pool.ts';
import type { RoleCredentials } from './ports.ts';
import type { FunctionRow, VersionRow } from './store.ts';

const MEGABYTE = 1024 * 1024;
/** Of the role's keys, in seconds; they are used for half of it. */
const SESSION = 12 * 3600;
/** Processes and threads, as on AWS. */
const PROCESSES = 1024;
/** A processor for so many megabytes, as on AWS; but none has less than one: a tenth of one would hold up its start. */
const MEMORY_OF_A_CPU = 1769;

export type RunningWorker = Kept & { log: LogStream; group: string; stream: string };

export type WorkerStarter = (fn: FunctionRow, row: VersionRow, configuration: Configuration) => Promise<RunningWorker>;

type Session = { credentials: RoleCredentials; until: number };

export function createWorkerStarter(parts: Parts & { logs: FunctionLogs }): WorkerStarter {
  const { ports, store, world, account, logs } = parts;
  const sessions = new Map<string, Session>();

  /** One for all workers of a function and role, until half of its time is over. */
  async function credentialsOf(role: string, name: string): Promise<Session> {
    const key = `${role} ${name}`;
    const known = sessions.get(key);
    if (known && known.until - world.clock.now() > (SESSION * 1000) / 2) return known;
    const credentials = await store.commitAhead(() => ports.roleSession(role, name.slice(0, 64), SESSION));
    const made = { credentials, until: world.clock.now() + SESSION * 1000 };
    sessions.set(key, made);
    return made;
  }

  return async (fn, row, configuration) => {
    const { workers } = ports;
    const language = languageOf(configuration.runtime)!;
    if (!workers || !parts.code) throw functionErrors.noWorker('this system runs no functions');
    const arn = functionArn({ account, region: fn.region }, fn.name);
    if (!ports.roleTrusts(configuration.role, arn)) throw functionErrors.roleNotAssumable();
    const release = parts.code.hold(row.code);
    try {
      const [session, code] = await Promise.all([
        credentialsOf(configuration.role, fn.name),
        parts.code.folder(row.code),
      ]);
      const group = logGroupOf(configuration, fn.name);
      const stream = streamName(parts, row);
      const started = await workers.start({
        id: `${WORKER_PREFIX}${fn.id}-${row.version}-${randomString(world.random, 12, LOWER_ALPHANUMERIC)}`,
        ...{ language, image: IMAGES[language], code },
        environment: environmentOf(parts, fn, row, configuration, { group, stream, session }),
        limits: limitsOf(configuration),
        proxy: ports.proxyVariables?.(session.credentials),
      });
      const log = logs.open({
        role: configuration.role,
        region: fn.region,
        session: fn.name.slice(0, 64),
        group,
        stream,
      });
      const end = () => started.end().finally(release);
      return { worker: started, log, group, stream, end, expires: session.until - 1_800_000 };
    } catch (error) {
      release();
      throw error;
    }
  };
}

/** As Lambda names them: the day, the version, and 32 digits of chance. */
function streamName({ world }: Parts, { version }: VersionRow): string {
  const day = new Date(world.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[${versionText(version)}]${randomString(world.random, 32, '0123456789abcdef')}`;
}

/** Its bounds: never more than the machine has. */
function limitsOf({ memory, ephemeral }: Configuration) {
  return {
    memoryBytes: Math.min(memory * MEGABYTE, totalmem()),
    cpus: Math.min(Math.max(1, memory / MEMORY_OF_A_CPU), availableParallelism()),
    processes: PROCESSES,
    volumeBytes: ephemeral * MEGABYTE,
    fileBytes: USUAL_FILE_BYTES,
  };
}

type Given = { group: string; stream: string; session: Session };

function environmentOf(
  { ports }: Parts,
  fn: FunctionRow,
  row: VersionRow,
  configuration: Configuration,
  { group, stream, session: { credentials } }: Given,
): Record<string, string> {
  return {
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: versionText(row.version),
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.memory),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: group,
    AWS_LAMBDA_LOG_STREAM_NAME: stream,
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.runtime}`,
    AWS_REGION: fn.region,
    AWS_DEFAULT_REGION: fn.region,
    AWS_ENDPOINT_URL: ports.endpointUrl(),
    // Before an address, clients' prefixes of hosts lead nowhere.
    AWS_DISABLE_HOST_PREFIX_INJECTION: 'true',
    AWS_ACCESS_KEY_ID: credentials.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.SecretAccessKey,
    AWS_SESSION_TOKEN: credentials.SessionToken,
    LAMBDA_TASK_ROOT: '/var/task',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    _HANDLER: configuration.handler,
    ...configuration.environment,
  };
}
