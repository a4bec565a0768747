/**
 * What sends jobs to the proxy, as `telar env` sends shells: a script may name an address of AWS, too, and the SageMaker SDK's
 * sessions do.
 *
 * J1. A job's pass is made of the keys of its own session: it ends with them, and what it asks is asked as the job's role.
 * J2. Certificates are written once, for all jobs, to a folder that holds nothing else. It is written anew, and seen at once by
 *     jobs under way, when the authority is renewed.
 * J3. Where this cannot be done, jobs are given nothing of it, and the server's log says why: they run as they would without.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import type { Log } from '../../base/log.ts';
import type { Trust } from '../../runner/proxied.ts';
import type { Key } from './pass.ts';
import { trustVariables } from './trust.ts';
import { type Environment, proxyVariables, type Route, routeOf } from './variables.ts';

export type JobProxy = {
  /** Writes what jobs trust: before the first of them, and whenever the authority is another. */
  refresh(): void;
  /** What jobs trust; undefined where they are not sent here. */
  trust(): Trust | undefined;
  /** The proxy variables of a job. @param names further hosts that it reaches by itself */
  variables(key: Key, names: readonly string[]): Record<string, string> | undefined;
};

export function createJobProxy(options: {
  /** The proxy's, in the data folder. */
  folder: string;
  /** The server's address. */
  url(): string;
  /** The server's own environment. */
  environment: Environment;
  /** Jobs reach this server alone. */
  offline: boolean;
  log: Log;
}): JobProxy {
  const { folder, url, environment, offline, log } = options;
  const into = join(folder, 'trust');
  let trust: Trust | undefined;
  let route: Route | undefined;

  function decide(): { trust: Trust; route: Route } | undefined {
    const found = routeOf({ url: url(), folder, offline, before: environment });
    if ('unsupported' in found) {
      log('warn', 'proxy.not-for-jobs', { message: found.unsupported });
      return undefined;
    }
    try {
      mkdirSync(into, { recursive: true });
      chmodSync(into, 0o755); // jobs have another user; the folder above keeps everyone else out
      const files = Object.entries(trustVariables(folder, environment, into));
      return {
        trust: { folder: into, files: Object.fromEntries(files.map(([name, path]) => [name, basename(path)])) },
        // By its own name, this machine may be on the loopback, where no tunnel leads.
        route: { ...found, around: [...found.around, hostname()] },
      };
    } catch (error) {
      log('warn', 'proxy.not-for-jobs', { message: (error as Error).message });
      return undefined;
    }
  }

  return {
    refresh() {
      ({ trust, route } = decide() ?? { trust: undefined, route: undefined });
    },
    trust: () => trust,
    variables: (key, names) => route && proxyVariables(url(), key, { ...route, around: [...route.around, ...names] }),
  };
}
