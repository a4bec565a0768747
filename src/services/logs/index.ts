/**
 * CloudWatch Logs: groups, streams and events, and the logs of jobs, which are shipped into it while the jobs run. Owns the
 * tables `log_*`.
 */
import type { World } from '../../base/world.ts';
import type { Api } from '../../protocol/api.ts';
import type { Service } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import type { Parts } from './context.ts';
import { type Delivered, deliver } from './deliver.ts';
import { createShipping, type LogSink } from './files/ship.ts';
import { logsOperations } from './operations.ts';
import { createRemoval } from './removal.ts';
import { logsStore } from './store.ts';

export type { LogSink } from './files/ship.ts';
export { migrations } from './store.ts';

export type LogsContext = {
  /** The CloudWatch Logs API, made by the server. */
  api: Api;
  store: Store;
  world: World;
  account: string;
  /** Bytes that are kept of one file of output. @default 1 GB */
  fileLimit?: number | undefined;
};

export type Logs = {
  service: Service;
  sink: LogSink;
  groupExists(region: string, name: string): boolean;
  /** Inside a transaction: adds events, in the order of their times, to a stream of a group. A group that is not there takes nothing. */
  deliver(region: string, group: string, stream: string, events: readonly Delivered[]): void;
};

/** In bytes. */
const FILE_LIMIT = 1_000_000_000;

/** @example const { service, sink } = createLogsService({ api, store, world, account }); */
export function createLogsService(context: LogsContext): Logs {
  const { api, store, world, account, fileLimit = FILE_LIMIT } = context;
  const db = logsStore(store.sql);
  const removal = createRemoval({ store, db, world });
  const parts: Parts = { store, db, world, account, removalDue: removal.due };
  const shipping = createShipping(parts, fileLimit);
  const service: Service = {
    name: 'logs',
    api,
    operations: logsOperations(parts),
    start: removal.start,
    async stop() {
      await shipping.stop();
      await removal.stop();
    },
  };
  return {
    ...{ service, sink: shipping },
    groupExists: (region, name) => db.group({ region, name }) !== undefined,
    deliver: (region, group, stream, events) => deliver(parts, region, group, stream, events),
  };
}
