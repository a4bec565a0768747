/** The thread behind checks.ts: checks one definition after the other. */
import { parentPort } from 'node:worker_threads';
import type { TaskResource } from '../../definition/asl/types.ts';
import { type CheckAnswer, type CheckTask, checkDefinition } from './checks.ts';

parentPort!.on('message', ({ id, text, type, refusals }: CheckTask) => {
  const resources = new Map<string, TaskResource>();
  const checked = checkDefinition(text, type, (resource) => {
    resources.set(resource.arn, resource);
    return refusals.get(resource.arn);
  });
  parentPort!.postMessage({ id, checked, resources: [...resources.values()] } satisfies CheckAnswer);
});
