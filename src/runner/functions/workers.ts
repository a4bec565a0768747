/** The workers of functions on this machine: what they need of the runner, in one value. */
import type { World } from '../../base/world.ts';
import { isolation } from '../isolation.ts';
import type { LimitedRunner } from '../limited.ts';
import { createGuard } from './guard.ts';
import { clearWorkers, startWorker, type Worker, type WorkerSpec } from './worker.ts';

export type FunctionWorkers = {
  /** Whether the environment of an image is there. */
  prepared(image: string): boolean;
  /** Makes it. @throws with a sentence */
  prepare(image: string): Promise<void>;
  /** @throws with a sentence */
  start(spec: WorkerSpec): Promise<Worker>;
  /** Why functions cannot run on this machine; undefined where they can. */
  refusal(): Promise<string | undefined>;
  /** Clears away what an earlier server left. */
  clear(): Promise<void>;
  close(): void;
  /** Where code is kept. */
  codeFolder: string;
};

export function createFunctionWorkers(parts: {
  runner: LimitedRunner;
  world: World;
  codeFolder: string;
}): FunctionWorkers {
  const { runner, world, codeFolder } = parts;
  const guard = createGuard();
  return {
    codeFolder,
    prepared: (image) => runner.prepared(image),
    prepare: (image) => runner.prepare(image, (line) => world.log('info', 'functions.preparing', { image, line })),
    start: (spec) => startWorker({ runner, world, guard }, spec),
    async refusal() {
      const how = await isolation();
      return how.kind === 'none' ? `Functions run in a sandbox, and ${how.reason}` : undefined;
    },
    clear: () => clearWorkers(runner),
    close: guard.close,
  };
}
