/**
 * The logs of functions: a stream for each worker, in the function's group, as its role may write.
 *
 * L1. A role that may not make the group or the stream, or put events, leaves no log: the function runs all the same, as on AWS.
 * L2. Lines are kept together for a moment, so that an invocation costs no commit: what was said last may be lost with the server.
 */
import type { Call } from '../../protocol/service.ts';
import type { Parts } from './context.ts';

export type Line = { at: number; message: string };

export type LogStream = { write(lines: readonly Line[]): void };

export type FunctionLogs = {
  open(of: { role: string; region: string; session: string; group: string; stream: string }): LogStream;
  /** All that was written is kept. */
  flush(): Promise<void>;
};

/** In milliseconds. */
const TOGETHER = 100;
/** Of one transaction. */
const MOST_LINES = 500;

type Pending = {
  region: string;
  group: string;
  stream: string;
  lines: Line[];
  call: Call;
  opened: boolean;
  closed: boolean;
};

export function createFunctionLogs({
  ports,
  store,
  world,
  account,
}: Pick<Parts, 'ports' | 'store' | 'world' | 'account'>): FunctionLogs {
  const pending = new Set<Pending>();
  let armed: (() => void) | undefined;
  let flushing = Promise.resolve();

  function arm(): void {
    armed ??= world.clock.at(world.clock.now() + TOGETHER, () => {
      armed = undefined;
      void flush();
    });
  }

  /** Inside a transaction: whether the role may log there. */
  function admitted(each: Pending): boolean {
    if (each.opened) return !each.closed;
    each.opened = true;
    const resource = `arn:aws:logs:${each.region}:${account}:log-group:${each.group}:log-stream:${each.stream}`;
    try {
      ports.makeLogGroup(each.group, each.call);
      const refused = ['logs:CreateLogStream', 'logs:PutLogEvents'].some((action) =>
        ports.refusal(each.call, { action, resource }),
      );
      each.closed = refused;
    } catch {
      each.closed = true;
    }
    if (each.closed) world.log('info', 'functions.not-logged', { group: each.group, role: each.call.principal.arn });
    return !each.closed;
  }

  async function write(each: Pending): Promise<void> {
    while (each.lines.length > 0) {
      const lines = each.lines.splice(0, MOST_LINES);
      await store
        .transact(() => {
          if (admitted(each)) ports.log(each.region, each.group, each.stream, lines);
        })
        .catch((error: Error) => {
          world.log('error', 'functions.not-logged', { group: each.group, message: error.message });
        });
    }
  }

  function flush(): Promise<void> {
    flushing = flushing.then(async () => {
      for (const each of [...pending]) {
        pending.delete(each);
        await write(each);
      }
    });
    return flushing;
  }

  return {
    open({ role, region, session, group, stream }) {
      const made: Pending = {
        ...{ region, group, stream, lines: [], opened: false, closed: false },
        call: ports.callAs(role, region, session),
      };
      return {
        write(lines) {
          if (made.closed || lines.length === 0) return;
          made.lines.push(...lines);
          pending.add(made);
          arm();
        },
      };
    },
    async flush() {
      armed?.();
      armed = undefined;
      await flush();
    },
  };
}
