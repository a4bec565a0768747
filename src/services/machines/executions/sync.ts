/** StartSyncExecution: an Express execution whose end is the answer. */
import type { ExpressEnd } from '../../../engine/machines/express.ts';
import type { MachineInput } from '../../../engine/machines/state.ts';
import type { OutputOf } from '../../../protocol/service.ts';
import type { Sdk } from '../context.ts';
import type { ExecutionParts } from './context.ts';

/** AWS bills by 100 ms and 64 MB. */
const BILLED = { milliseconds: 100, megabytes: 64 };

export async function startSync(
  { express }: Pick<ExecutionParts, 'express'>,
  { begun, seed }: { begun: MachineInput; seed: string },
): Promise<OutputOf<Sdk, 'StartSyncExecution'>> {
  return answer(begun, await express.run(begun, seed));
}

function answer(begun: MachineInput, { state }: ExpressEnd): OutputOf<Sdk, 'StartSyncExecution'> {
  const took = state.endedAt! - state.startedAt;
  return {
    executionArn: begun.executionArn,
    stateMachineArn: begun.stateMachineArn,
    name: begun.executionName,
    startDate: new Date(state.startedAt),
    stopDate: new Date(state.endedAt!),
    status: state.status as 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT',
    ...state.failure,
    input: begun.input,
    inputDetails: { included: true },
    ...(state.output === undefined ? undefined : { output: state.output }),
    outputDetails: { included: true },
    billingDetails: {
      billedMemoryUsedInMB: BILLED.megabytes,
      billedDurationInMilliseconds: Math.max(1, Math.ceil(took / BILLED.milliseconds)) * BILLED.milliseconds,
    },
  };
}
