/** The one process that ends workers when the server has gone (guard.sh): it is told of each, and forgets those that ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { SYSTEM_PATH } from '../isolation.ts';
import type { ProcessIdentity } from '../processes.ts';

export type Guard = {
  /** Ends this process with the server. */
  hold(identity: ProcessIdentity): void;
  forget(identity: ProcessIdentity): void;
  /** Ends what is still held. */
  close(): void;
};

const PROGRAM = join(import.meta.dirname, 'guard.sh');

export function createGuard(): Guard {
  const held = new Map<string, string>();
  let child: ChildProcess | undefined;
  let closed = false;

  /** Started with the first worker; anew where it was killed, and told of all again. */
  function running(): ChildProcess {
    if (child) return child;
    const made = spawn('/bin/sh', [PROGRAM], {
      ...{ detached: true, cwd: '/', stdio: ['pipe', 'ignore', 'ignore'] },
      env: { PATH: SYSTEM_PATH, LC_ALL: 'C' },
    });
    const gone = () => {
      if (child === made) child = undefined;
      if (!closed && held.size > 0) tell();
    };
    made.on('exit', gone).on('error', gone);
    made.stdin!.on('error', () => {}); // its end is heard of
    made.unref();
    (made.stdin as Socket).unref();
    child = made;
    return made;
  }

  function tell(): void {
    const { stdin } = running();
    for (const line of held.values()) stdin!.write(`+ ${line}\n`);
  }

  return {
    hold({ pid, start }) {
      const line = `${pid} ${start}`;
      held.set(line, line);
      if (child) child.stdin!.write(`+ ${line}\n`);
      else tell();
    },
    forget({ pid, start }) {
      const line = `${pid} ${start}`;
      if (held.delete(line)) child?.stdin?.write(`- ${line}\n`);
    },
    close() {
      closed = true;
      child?.stdin?.end();
    },
  };
}
