/**
 * Lambda: functions, their versions, aliases and policies; invoking them with workers of this machine, at once or from a durable
 * queue. Owns the tables `function*`.
 */
import { availableParallelism, totalmem } from 'node:os';
import type { Policy } from '../../definition/policy/types.ts';
import type { Service } from '../../protocol/service.ts';
import { createAsync } from './async.ts';
import { createCodeStore } from './code.ts';
import { configurationOf } from './configuration.ts';
import type { FunctionsContext, Parts } from './context.ts';
import { prepared } from './functions.ts';
import { createInvoke, keyOf } from './invoke.ts';
import { IMAGES, languageOf } from './legal.ts';
import { createFunctionLogs } from './logs.ts';
import { functionsOperations, REFUSED } from './operations.ts';
import { attachedPolicy } from './policies.ts';
import { createPolling, type Polling } from './polling.ts';
import { createPool } from './pool.ts';
import { functionsStore } from './store.ts';
import { createWorkerStarter } from './worker.ts';

export type { FunctionPorts, QueueCalls, Workers } from './ports.ts';
export { migrations as functionsMigrations } from './store.ts';

export type Functions = {
  service: Service;
  /** The policy of the function, version or alias that an ARN names. */
  attached(arn: string): Policy | undefined;
};

/** Workers for each processor, and the part of the machine's memory that they may have together. */
const PER_CPU = 16;
const SHARE = 0.5;
/** Of the versions of one function, for which workers are kept. */
const MOST_KEPT = 1000;

export function createFunctionsService({ api, store, world, account, ports }: FunctionsContext): Functions {
  const db = functionsStore(store.sql);
  const { workers } = ports;
  const code = workers && createCodeStore(workers.codeFolder, (sha256) => db.codeUsed({ code: sha256 }) !== undefined);
  const pool = createPool({
    ...{ clock: world.clock, workers: availableParallelism() * PER_CPU, memoryBytes: totalmem() * SHARE },
    reservedInAll: (region) => db.reservedInAll({ region, except: 0 })!.sum,
  });
  const parts: Parts = {
    ...{ account, ports, world, db, store, code },
    changed: (id) => store.whenDurable(() => settle(id)),
    prepare: (versionId) => store.whenDurable(() => void prepare(versionId)),
    sourceChanged: (id) => store.whenDurable(() => polling.look(id)),
  };
  const logs = createFunctionLogs(parts);
  const invoke = createInvoke({ ...parts, pool, start: createWorkerStarter({ ...parts, logs }) });
  const events = createAsync({ ...parts, invoke });
  const polling: Polling = createPolling({ ...parts, invoke });

  /** Workers of what is no more end, and code that nobody names goes. */
  function settle(functionId: number): void {
    const rows = db.versions({ function: functionId, after: -1, limit: MOST_KEPT });
    pool.retire(functionId, rows.map(keyOf));
    code?.sweep().catch((error: Error) => world.log('warn', 'functions.not-swept', { message: error.message }));
  }

  /** Makes the environment that a version waits for. */
  async function prepare(versionId: number): Promise<void> {
    const row = db.versionOfId({ id: versionId });
    if (!row || !workers) return;
    const image = IMAGES[languageOf(configurationOf(row).runtime)!];
    let refusal = await workers.refusal();
    try {
      if (refusal === undefined) await workers.prepare(image);
    } catch (error) {
      refusal = (error as Error).message;
    }
    await store
      .transact(() => prepared(parts, versionId, refusal))
      .catch((error: Error) => {
        world.log('error', 'functions.not-prepared', { version: versionId, message: error.message });
      });
  }

  return {
    attached: (arn) => attachedPolicy(parts, arn),
    service: {
      ...{ name: 'functions', api, operations: functionsOperations({ ...parts, invoke, events }), refused: REFUSED },
      async start() {
        if (!workers) return;
        await workers.clear();
        await code?.sweep();
        for (const { id } of db.unfinished({})) void prepare(id);
        events.start();
        polling.start();
      },
      async stop() {
        await Promise.all([events.stop(), polling.stop()]);
        await pool.close();
        await logs.flush();
        workers?.close();
      },
    },
  };
}
