/**
 * What every step is, and what all job steps share.
 *
 * I1. A step is data: its name, its type, and the draft of its JSON. Made by the functions beside this file only.
 *
 * Mirrors https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html
 */
import { MAX_STEP_NAME, NAME_PATTERN } from '../../definition/pipeline/limits.ts';
import type { ExceptionType, StepType } from '../../definition/pipeline/types.ts';
import { must } from '../mistake.ts';
import type { PathOf, ValueAt } from '../paths.ts';
import { type Cache, cacheConfig, type Retry, retryPolicies } from '../policies.ts';
import { type Ref, reference, type Value } from '../references.ts';
import type { RoleLike } from '../roles.ts';
import { type Draft, type Late, overlay } from '../scope.ts';

export type { StepType };
export type Step<T extends StepType = StepType> = { readonly name: string; readonly type: T; readonly draft: Draft };
/** Steps that others may wait for: all but Fail steps, after which nothing comes. */
export type Awaitable = Step<Exclude<StepType, 'Fail'>>;

export type StepOptions = {
  /** Unique in its pipeline: letters, digits, hyphens and underscores, at most 64. */
  name: string;
  /** Shown instead of the name. @default the name */
  displayName?: string;
  description?: string;
  /** Steps that must succeed first, besides those whose values this one uses. */
  dependsOn?: readonly Awaitable[];
};

/** Options of steps that run a job. */
export type JobOptions = StepOptions & {
  /** Whom the job acts as. @default the pipeline's role */
  role?: RoleLike;
  /** Reuse of earlier results. @default none */
  cache?: Cache;
  /** @default AWS's own: Step.SERVICE_FAULT and Step.THROTTLING are retried */
  retry?: readonly Retry<ExceptionType>[];
};

/**
 * A request of the AWS SDK as a step's arguments take it: every member optional, every value possibly a reference, or
 * dependent on account and region.
 */
export type Raw<T> = T extends boolean
  ? Value<boolean>
  : T extends number
    ? Value<number>
    : T extends string
      ? T | Ref<string> | Late<string>
      : T extends readonly (infer Item)[]
        ? readonly Raw<Item>[]
        : { readonly [K in keyof T]?: Raw<T[K]> };

/** Tags, environment variables: text to text. */
export type Texts = { readonly [name: string]: Value<string> };

/** Puts a step together. `extras` stand beside `Arguments`; `raw` is laid over them. */
export function makeStep<T extends StepType>(
  type: T,
  options: StepOptions & { cache?: Cache; retry?: readonly Retry<ExceptionType>[] },
  args: Draft,
  extras: { readonly [key: string]: Draft } = {},
): Step<T> {
  const { name, displayName, description, dependsOn, cache, retry } = options;
  const subject = `step '${name}'`;
  must(
    NAME_PATTERN.test(name) && name.length <= MAX_STEP_NAME,
    subject,
    `the name may hold letters, digits, hyphens and underscores only, at most ${MAX_STEP_NAME}`,
  );
  const draft = {
    Name: name,
    Type: type,
    Arguments: args,
    DependsOn: dependsOn?.length ? dependsOn.map((each) => each.name) : undefined,
    DisplayName: displayName,
    Description: description,
    CacheConfig: cacheConfig(subject, cache),
    RetryPolicies: retryPolicies(retry),
    ...extras,
  };
  return { name, type, draft };
}

/** Arguments with the user's raw ones laid over them. */
export function withRaw(args: Draft, raw: unknown): Draft {
  return overlay(args, raw as Draft);
}

/** Reads values of a step's describe-response, with paths that the compiler checks. */
export type PropertyOf<Response> = <Path extends PathOf<Response>>(path: Path) => Ref<ValueAt<Response, Path>>;

export function propertyOf<Response>(stepName: string): PropertyOf<Response> {
  return (path) => reference({ Get: `Steps.${stepName}.${path}` });
}

/** Where a job runs: an instance type alone means one instance with 30 GB. */
export type Instance<Type extends string> =
  | Type
  | {
      type: Type | Ref<string>;
      /** @default 1 */
      count?: Value<number>;
      /** Size of the instance's volume in GB. @default 30 */
      volumeGB?: Value<number>;
    };

export function clusterOf<Type extends string>(instance: Instance<Type>) {
  const { type, count = 1, volumeGB = 30 } = typeof instance === 'string' ? { type: instance } : instance;
  return { InstanceType: type, InstanceCount: count, VolumeSizeInGB: volumeGB };
}

/** `{name: value}` → AWS's `[{Key, Value}]`; absent when empty. */
export function tagList(tags: Texts | undefined): Draft {
  const entries = Object.entries(tags ?? {});
  return entries.length ? entries.map(([Key, Value]) => ({ Key, Value })) : undefined;
}

/** A time limit in whole seconds. */
export function stoppingCondition(subject: string, seconds: number | Ref<number> | undefined): Draft {
  must(
    typeof seconds !== 'number' || (Number.isInteger(seconds) && seconds >= 1),
    subject,
    `maxRuntimeSeconds is ${seconds}: give a whole number of seconds, 1 or more`,
  );
  return seconds === undefined ? undefined : { MaxRuntimeInSeconds: seconds };
}
