/**
 * How a verb says that it cannot go on, and how errors of others become sentences.
 *
 * E1. Exit status 1: what was asked for failed. 2: it was asked for wrongly. Nothing else leaves this program but 0.
 * E2. Every message says what happened, to which thing, and what to do next.
 */

export type ExitStatus = 0 | 1 | 2;

export type CliError = Error & { readonly code: string; readonly exitStatus: 1 | 2 };

/** What was asked for failed. @param code a word by which scripts know it, with `--json` */
export function failure(code: string, message: string): CliError {
  return Object.assign(new Error(message), { code, exitStatus: 1 as const });
}

/** It was asked for wrongly: an unknown name, a missing value. */
export function misuse(message: string): CliError {
  return Object.assign(new Error(message), { code: 'Misuse', exitStatus: 2 as const });
}

function isCliError(error: unknown): error is CliError {
  return error instanceof Error && 'exitStatus' in error && 'code' in error;
}

/** The error's code, as AWS or Node name it: for telling one refusal from another. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Unknown';
  const { code, name } = error as Error & { code?: unknown };
  return typeof code === 'string' ? code : name;
}

/** Whether AWS answered that there is no such thing: each service has its own word for it. */
export function isNotFound(error: unknown): boolean {
  if (
    /^(ResourceNotFound|ResourceNotFoundException|NotFound|NotFoundException|NoSuchEntity|NoSuchEntityException|NoSuchKey|NoSuchBucket|StateMachineDoesNotExist|ExecutionDoesNotExist|EntityNotFoundException|QueueDoesNotExist|404)$/.test(
      codeOf(error),
    )
  ) {
    return true;
  }
  return (
    codeOf(error) === 'ValidationException' &&
    error instanceof Error &&
    /does not exist|could not find|not found/i.test(error.message)
  );
}

/** A sentence for whatever was thrown. @param url where the server was looked for */
export function describeError(error: unknown, url?: string): { code: string; message: string; exitStatus: 1 | 2 } {
  if (isCliError(error)) return { code: error.code, message: error.message, exitStatus: error.exitStatus };
  const cause = networkCode(error);
  if (cause !== undefined) {
    const where = url ? ` at ${url}` : '';
    return {
      code: 'NoServer',
      message: `No server answers${where} (${cause}). Start it with 'telar up', or name another one with --url.`,
      exitStatus: 1,
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  const named = /^(Error|TypeError|Unknown)$/.test(code) || message.includes(code) ? message : `${message} (${code})`;
  return { code, message: named, exitStatus: 1 };
}

/** The network's own word for why nobody answered, wherever the clients have wrapped it. */
function networkCode(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const code = codeOf(at);
    if (
      /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|UND_ERR_SOCKET|UND_ERR_CONNECT_TIMEOUT)$/.test(code)
    ) {
      return code;
    }
    if (at instanceof AggregateError && at.errors.length > 0) return networkCode(at.errors[0]);
  }
  return undefined;
}
