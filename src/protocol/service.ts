/**
 * What a service is: a value with an exhaustive table of operations, typed by the official SDK's own input and output types.
 *
 * V1. An operation's work on state is synchronous and runs in one transaction; it is answered only when that is durable.
 * V2. Every operation declares what it touches (`access`), from the first day.
 * V3. The chain, a state machine's task, a pipeline's step and the console reach an operation through the same table.
 */
import type { Api } from './api.ts';
import type { AwsError } from './errors.ts';
import type { Signed } from './sigv4Parse.ts';

/** Who is calling, after authentication. */
export type Principal = {
  kind: 'root' | 'user' | 'assumed-role' | 'anonymous' | 'service';
  /** `arn:aws:iam::…:user/name`, `arn:aws:sts::…:assumed-role/role/session`, … */
  arn: string;
  /** The unique id that GetCallerIdentity answers: `AIDA…`, `AROA…:session`. */
  userId: string;
  account: string;
  accessKeyId: string | undefined;
  /** Of temporary credentials. */
  session?: SessionFacts | undefined;
};

/** What a session was opened with, beyond what its role or user has. */
export type SessionFacts = {
  /** Milliseconds since the epoch. */
  issuedAt: number;
  /** Session policies: they bound what the session may do. Undefined when none were passed. */
  policies?: readonly { id: string; document: string }[] | undefined;
  /** Session tags, over those of the role. */
  tags?: Readonly<Record<string, string>> | undefined;
};

/** The values of a condition key. */
export type ConditionValue = string | readonly string[] | undefined;
/** Condition keys by name: `iam:PassedToService`. */
export type ConditionKeys = Readonly<Record<string, ConditionValue>>;

/** One action on one resource that an operation needs, in IAM's words: `s3:GetObject` on `arn:aws:s3:::bucket/key`. */
export type Access = {
  action: string;
  resource: string;
  /** The condition keys that the request itself gives; asked for only where a policy's condition looks at one. */
  keys?: (() => ConditionKeys) | undefined;
};

/** How a request was signed: `form` is that of a browser. */
export type CallSignature = Pick<Signed, 'version' | 'date'> & {
  form: Signed['form'] | 'form';
  contentSha256?: string | undefined;
};

/** All that an operation knows of its request besides its input. */
export type Call = {
  requestId: string;
  account: string;
  region: string;
  principal: Principal;
  /** Milliseconds since the epoch: one instant for the whole operation. */
  now: number;
  /** Request headers that no model covers (S3's Origin, Range variants …), names in lower case; empty for internal calls. */
  headers: Readonly<Record<string, string>>;
  /** How the request was signed; none for internal calls, and where authentication is off. */
  signature?: CallSignature | undefined;
  /** What an AWS service calls for: a rule, a topic, a bucket. Only of calls by services. */
  sourceArn?: string | undefined;
  /** The caller's address; none for internal calls. */
  remoteAddress?: string | undefined;
  /** Whether the client has hung up. None for internal calls. */
  isGone?: (() => boolean) | undefined;
  /** Calls back once the client has hung up; answers what takes that back. None for internal calls. */
  whenGone?: ((run: () => void) => () => void) | undefined;
  /** Why the caller may not do one thing more, asked in the midst of an operation. Set by dispatch. */
  refusal?(access: Access): AwsError | undefined;
};

/** The call of an operation that moves bytes: what it does to state, it does inside `commit`. */
export type StreamCall = Call & {
  /** Runs `work` in one transaction; resolves once durable. */
  commit<T>(work: () => T): Promise<T>;
  /** The same for work that changes nothing. */
  read<T>(work: () => T): Promise<T>;
};

type Declared<I> = {
  access(input: I, call: Call): Access[];
  /** What the audit trail keeps: management operations always, data operations (object bytes, invocations) on request. */
  audit: 'management' | 'data';
  readOnly: boolean;
};

/** An operation that only touches state. */
export type TransactionOperation<I, O> = Declared<I> & { kind: 'transaction'; run(input: I, call: Call): O };

/** An operation that moves bytes before or after it touches state. */
export type StreamOperation<I, O> = Declared<I> & {
  kind: 'stream';
  run(input: I, call: StreamCall): Promise<O>;
  /** The same inside a transaction of the caller's, for an operation that can do without moving bytes. */
  within?(input: I, call: Call): O;
};

export type Operation<I, O> = TransactionOperation<I, O> | StreamOperation<I, O>;

/** An operation whose input and output types are forgotten: what the chain sees. `never` input accepts every table. */
export type AnyOperation = Operation<never, unknown>;

/** Who may call an operation on what. */
type AccessRule<I> = (input: I, call: Call) => Access[];

/** Declares an operation that changes nothing. */
export function reads<I, O>(
  access: AccessRule<NoInfer<I>>,
  run: (input: I, call: Call) => O,
  audit: 'management' | 'data' = 'management',
): TransactionOperation<I, O> {
  return { kind: 'transaction', access, audit, readOnly: true, run };
}

/** Declares an operation that changes state. */
export function writes<I, O>(
  access: AccessRule<NoInfer<I>>,
  run: (input: I, call: Call) => O,
  audit: 'management' | 'data' = 'management',
): TransactionOperation<I, O> {
  return { kind: 'transaction', access, audit, readOnly: false, run };
}

/** Declares an operation that moves bytes. */
export function streams<I, O>(
  access: AccessRule<NoInfer<I>>,
  run: (input: I, call: StreamCall) => Promise<O>,
  options: { audit: 'management' | 'data'; readOnly: boolean },
): StreamOperation<I, O> {
  return { kind: 'stream', access, ...options, run };
}

/**
 * Declares an operation that changes nothing and reads so much that it gives way to others meanwhile. What it answers is
 * durable: an answer waits for the commit of all that it has seen.
 */
export function readsAtLength<I, O>(
  access: AccessRule<NoInfer<I>>,
  run: (input: I, call: Call) => Promise<O>,
): StreamOperation<I, O> {
  return streams(
    access,
    async (input, call) => {
      const answer = await run(input, call);
      return call.commit(() => answer);
    },
    { audit: 'management', readOnly: true },
  );
}

/** The input and output of an operation, taken from the SDK's command of that name. */
type CommandOf<Sdk, Name extends string> =
  Sdk extends Record<`${Name}Command`, abstract new (...args: never) => infer C> ? C : never;
type Handled<C> = C extends { resolveMiddleware(...args: never): (...args: never) => Promise<{ output: infer O }> }
  ? O
  : never;
export type InputOf<Sdk, Name extends string> = CommandOf<Sdk, Name> extends { readonly input: infer I } ? I : never;
/** `$metadata` is the client's own; no server answers it. */
export type OutputOf<Sdk, Name extends string> = Omit<Handled<CommandOf<Sdk, Name>>, '$metadata'>;

/**
 * The exhaustive table of the operations that a service implements: a missing one is a type error.
 *
 * @example const operations: Operations<typeof import('@aws-sdk/client-sts'), 'GetCallerIdentity' | 'AssumeRole'> = {…}
 */
export type Operations<Sdk, Names extends string> = { [N in Names]: Operation<InputOf<Sdk, N>, OutputOf<Sdk, N>> };

export type Service = {
  /** The folder's name under services/. */
  name: string;
  /** The API whose operations it implements; several services may share one (SageMaker's do). */
  api: Api;
  operations: Readonly<Record<string, AnyOperation>>;
  /** Operations of the API that are left out on purpose, each with why: answered NotImplemented in these words. */
  refused?: Readonly<Record<string, string>>;
  /** Called once the store is open and every service is wired, before the first request. */
  start?(): void | Promise<void>;
  /** Called when the server closes; jobs that run go on. */
  stop?(): void | Promise<void>;
};
