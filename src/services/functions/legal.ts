/** What functions may be: AWS's limits and states, and what runs which runtime here. */

/** Bytes. */
const MEGABYTE = 1024 * 1024;
export const LIMITS = {
  /** Of a zip that comes with a request, and of one in S3. */
  zip: { inline: 50 * MEGABYTE, s3: 250 * MEGABYTE },
  /** Of what is in it. */
  unzipped: 250 * MEGABYTE,
  files: 100_000,
  name: 64,
  environment: 4096,
  /** Of one invocation, in seconds, and of its process, in megabytes. The model knows what functions of other kinds may have. */
  timeout: 900,
  memory: 10_240,
  /** Of an event: with a request that waits, and with one that does not. */
  payload: { sync: 6 * MEGABYTE, async: MEGABYTE },
  policy: 20 * 1024,
  /** Invocations at a time, of all functions of the account in a region; this much stays for those without a share of their own. */
  concurrency: 1000,
  unreserved: 100,
  /** What the log's end tells, for LogType Tail. */
  tail: 4096,
} as const;

export const DEFAULTS = { timeout: 3, memory: 128, ephemeral: 512, retries: 2, age: 21_600 } as const;

export type Language = 'node' | 'python';

/** The runtimes that AWS has and that run here. */
const RUNTIMES: Readonly<Record<string, Language>> = {
  ...{ 'nodejs18.x': 'node', 'nodejs20.x': 'node', 'nodejs22.x': 'node', 'nodejs24.x': 'node' },
  ...{ 'python3.9': 'python', 'python3.10': 'python', 'python3.11': 'python' },
  ...{ 'python3.12': 'python', 'python3.13': 'python', 'python3.14': 'python' },
};

export const languageOf = (runtime: string): Language | undefined => RUNTIMES[runtime];
export const KNOWN_RUNTIMES = Object.keys(RUNTIMES).join(', ');

/** The images of the runner in which handlers run. Python's is the one that most jobs use: one warm process serves both. */
export const IMAGES: Readonly<Record<Language, string>> = {
  node: 'telar/node:24',
  python: 'sagemaker-scikit-learn:1.2-1-cpu-py3',
};

export type State = 'Pending' | 'Active' | 'Failed';
export type UpdateStatus = 'InProgress' | 'Successful' | 'Failed';

/** From which state a function comes to which. */
const STATES: Readonly<Record<State, readonly State[]>> = {
  Pending: ['Active', 'Failed'],
  Active: [],
  Failed: ['Pending', 'Active'],
};

const UPDATES: Readonly<Record<UpdateStatus, readonly UpdateStatus[]>> = {
  InProgress: ['Successful', 'Failed'],
  Successful: ['InProgress', 'Successful'],
  Failed: ['InProgress', 'Successful'],
};

export const mayBecome = (from: State, to: State): boolean => STATES[from].includes(to);
export const mayEnd = (from: UpdateStatus, to: UpdateStatus): boolean => UPDATES[from].includes(to);
