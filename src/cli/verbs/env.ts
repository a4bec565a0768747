/** `telar env`: what any AWS client needs to reach the server and nothing else of AWS, as commands for a shell. */
import type { Context } from '../context.ts';
import { type ExitStatus, misuse } from '../errors.ts';
import { reversed } from '../shell/before.ts';
import { DIALECTS, type Dialect, written } from '../shell/dialects.ts';
import { type ReachOptions, reach } from '../shell/reach.ts';

export type EnvOptions = ReachOptions & { format?: string; undo?: boolean };

export async function env(context: Context, options: EnvOptions): Promise<ExitStatus> {
  const { out } = context;
  const dialect = dialectOf(options.format);
  const changes = options.undo ? reversed(context.environment) : (await reach(context, options)).changes;
  out.lines(written(changes, dialect));
  out.result(Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)));
  return 0;
}

function dialectOf(given = 'posix'): Dialect {
  const dialect = DIALECTS.find((one) => one === given);
  if (dialect) return dialect;
  throw misuse(`--format is '${given}': give ${DIALECTS.join(', ')}, or --json.`);
}
