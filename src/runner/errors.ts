/** What the runner refuses or cannot do, each with a code by which `telar doctor` and tests know the cause. */

export type RunnerErrorCode =
  | 'InvalidJobId'
  | 'UnknownImage' // no recipe answers to this URI
  | 'PythonMissing' // no interpreter in the recipe's range
  | 'VenvMissing' // an interpreter, but it cannot make environments
  | 'RegistryUnreachable' // pip cannot reach its package index
  | 'PackageMissing' // pip reaches its index, which has not this version for this machine
  | 'DiskFull'
  | 'EnvironmentBroken' // the build failed for another reason
  | 'ImageBroken' // a container image that is damaged, hostile, or not for this machine
  | 'ImageInUse' // a job runs from it
  | 'RegistryDenied' // a registry wants credentials, or other ones
  | 'DockerMissing' // an image needs Docker, whose engine is not there
  | 'IsolationUnavailable' // the job needs a namespace, and none can be had here
  | 'LaunchFailed'
  | 'NeverLaunched';

export type RunnerError = Error & { readonly code: RunnerErrorCode };

/** @param message says what happened, to which thing, and what to do next. */
export function runnerError(code: RunnerErrorCode, message: string): RunnerError {
  return Object.assign(new Error(message), { name: code, code });
}

export function isRunnerError(error: unknown): error is RunnerError {
  return error instanceof Error && 'code' in error && error.name === error.code;
}
