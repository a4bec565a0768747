/**
 * A state by itself, as the engine's own functions want it: an Express execution with this one state, which has just been entered.
 * What is seen of its work on the way is kept for the answer.
 */
import { arn } from '../../../base/arn.ts';
import { uuid } from '../../../base/random.ts';
import type { World } from '../../../base/world.ts';
import type { Json } from '../../../definition/asl/scope.ts';
import { chanceOf } from '../../../engine/machines/chance.ts';
import { machineLanguage } from '../../../engine/machines/language.ts';
import { assign, type MachineState, type Thread } from '../../../engine/machines/state.ts';
import type { Call, OutputOf } from '../../../protocol/service.ts';
import type { Sdk } from '../context.ts';
import { newSeed } from '../executions/start.ts';
import { machineArn } from '../names.ts';
import type { Asked } from './request.ts';
import { type Source, type Texts, textsOf } from './texts.ts';

export type Inspection = NonNullable<OutputOf<Sdk, 'TestState'>['inspectionData']>;

export type Test = {
  readonly asked: Asked;
  readonly state: MachineState;
  readonly thread: Thread;
  readonly texts: Texts;
  /** What DEBUG and TRACE tell. */
  readonly inspection: Inspection;
};

export function beginTest({ world }: { world: Pick<World, 'random'> }, asked: Asked, call: Call): Test {
  const { name, state: tested, queryLanguage, roleArn = '', input, variables, context, mock, configuration } = asked;
  const executionName = uuid(world.random);
  const stateMachineName = uuid(world.random);
  const machine = { queryLanguage, startAt: name, states: new Map([[name, tested]]) };
  const state = machineLanguage(() => machine).begin({
    executionArn: arn('states', call.region, call.account, `express:${stateMachineName}:${executionName}`),
    executionName,
    stateMachineArn: machineArn(call, stateMachineName),
    stateMachineName,
    ...{ roleArn, region: call.region, account: call.account, type: 'EXPRESS', definition: name, input },
    // Its context object is that of an execution whose end is awaited.
    sync: true,
  });
  const thread = state.root;
  state.chance = chanceOf(newSeed({ world }));
  state.at = call.now;
  state.startedAt = call.now;
  thread.enteredAt = call.now;
  thread.retryCount = configuration.retrierRetryCount ?? 0;
  if (variables) assign(thread, variables);
  if (context) state.context = context.value;
  const sources: Source[] = [{ text: input, value: thread.input }];
  if (mock?.kind === 'result') sources.push(mock);
  if (context) sources.push(context);
  return { asked, state, thread, texts: textsOf(sources), inspection: { input } };
}

type Shown = 'afterArguments' | 'afterParameters' | 'result' | 'afterResultSelector' | 'afterResultPath';

/** Keeps what the work has come to at a point. Of lists and objects within what was given, some are told as they stand there. */
export function show({ inspection, texts }: Test, member: Shown, value: Json): void {
  inspection[member] = texts.whole(value);
}

export function showPart({ inspection, texts }: Test, member: 'afterInputPath' | 'afterItemsPath', value: Json): void {
  inspection[member] = texts.part(value);
}
