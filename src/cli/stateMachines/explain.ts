/** `telar why STATE`: what became of a state in an execution, with what went into it and what came out. */
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { handlingOf } from '../../definition/asl/advice.ts';
import { detailsOf } from '../../definition/asl/history/events.ts';
import type { Clients } from '../aws.ts';
import type { Context } from '../context.ts';
import { type ExitStatus, misuse } from '../errors.ts';
import { harmless } from '../render/text.ts';
import { eventsAfter, lastName, machineReader } from './read.ts';
import { machineStatusText, stateTook, stateWords } from './tree.ts';

const LONGEST = 600;

export async function explainState(context: Context, on: Clients, arn: string, name: string): Promise<ExitStatus> {
  const { out } = context;
  const { bad, bold, dim } = out.style;
  const reader = await machineReader(on, arn);
  const { view } = await reader.read();
  const state = view.states.find((each) => each.name === name);
  if (!state) {
    const entered = view.states.map((each) => each.name).join(', ') || 'none';
    const place = reader.defined.get(name);
    if (!place) throw misuse(`Execution ${view.name} has no state '${name}'. It has entered: ${entered}.`);
    const inside = place.within
      ? ` It stands in ${place.within}: 'telar history ${view.name}' has each of its items.`
      : '';
    throw misuse(
      `Execution ${view.name} has not entered state '${name}', or only in a Map.${inside} It has entered: ${entered}.`,
    );
  }
  const { input, output } = dataOf(await eventsAfter(await on.sfn(), arn, 0), name);
  const handling = state.error === undefined ? [] : handlingOf(reader.defined, state, state.error);
  out.line(
    `${bold(name)} ${dim(`${state.type} in execution ${lastName(arn)}:`)} ${machineStatusText(view.status, out.style)}`,
  );
  out.line(`  ${[state.status, stateTook(state, Date.now()), stateWords(state)].filter(Boolean).join(', ')}`);
  if (state.error !== undefined) {
    out.line();
    out.paragraph(bad(harmless([state.error, state.cause].filter(Boolean).join(': '))), '  ');
    for (const sentence of handling) out.paragraph(sentence, '  ');
  }
  for (const [label, data] of [
    ['Input', input],
    ['Output', output],
  ] as const) {
    if (data === undefined) continue;
    out.line();
    out.line(dim(`  ${label}`));
    out.paragraph(harmless(data.length > LONGEST ? `${data.slice(0, LONGEST)}...` : data), '    ');
  }
  out.result({
    ...{ executionArn: arn, state: name, type: state.type, status: state.status, visits: state.visits },
    ...{ retries: state.retries, error: state.error ?? null, cause: state.cause ?? null, handling },
    ...{ began: state.began, items: state.items ?? null, input: input ?? null, output: output ?? null },
  });
  return 0;
}

/** What went into the last visit of a state, and what came out of it. */
function dataOf(events: readonly HistoryEvent[], name: string): { input?: string; output?: string } {
  const data: { input?: string; output?: string } = {};
  for (const event of events) {
    const details = detailsOf(event);
    if (details.name !== name) continue;
    if (/StateEntered$/.test(event.type ?? '')) {
      data.input = details.input ?? '';
      delete data.output;
    } else if (/StateExited$/.test(event.type ?? '') && details.output !== undefined) data.output = details.output;
  }
  return data;
}
