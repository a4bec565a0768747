/** `telar history`: the events of a machine's execution. */
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { eventWords } from '../../definition/asl/history/events.ts';
import type { Context } from '../context.ts';
import { type ExitStatus, misuse } from '../errors.ts';
import { findExecution } from '../execution/read.ts';
import { cut, harmless, pad } from '../render/text.ts';
import { isMachineExecution } from '../stateMachines/read.ts';
import { clients } from './shared.ts';

export type HistoryOptions = { reverse?: boolean; limit?: string; data?: boolean };

const PAGE = 1000;
/** `LambdaFunctionScheduled` and most others fit. */
const TYPE_WIDTH = 24;

export async function history(
  context: Context,
  meant: string | undefined,
  options: HistoryOptions,
): Promise<ExitStatus> {
  const { out } = context;
  const most = limitOf(options.limit);
  const on = clients(context);
  const executionArn = await findExecution(on, meant, 'machine');
  if (!isMachineExecution(executionArn)) {
    throw misuse(
      `${executionArn} is a pipeline's execution: it has steps and no history of events. 'telar status' shows them.`,
    );
  }
  const sfn = await on.sfn();
  out.line(out.style.bold(`${pad('Id', 6)}${pad('Time', 14)}Event`));
  let told = 0;
  let nextToken: string | undefined;
  do {
    const page = await sfn.getExecutionHistory({
      ...{
        executionArn,
        nextToken,
        reverseOrder: options.reverse === true,
        includeExecutionData: options.data !== false,
      },
      maxResults: Math.min(PAGE, most - told),
    });
    for (const event of page.events ?? []) {
      out.line(rowOf(event, context));
      out.event({ event: 'history', ...event });
    }
    told += page.events?.length ?? 0;
    nextToken = page.nextToken;
  } while (nextToken !== undefined && told < most);
  if (nextToken !== undefined) out.line(out.style.dim(`${told} events are shown, and there are more (--limit).`));
  out.result({ executionArn, events: told, more: nextToken !== undefined });
  return 0;
}

function rowOf(event: HistoryEvent, { out }: Context): string {
  const { id = 0, timestamp, type = '' } = event;
  const { bad, dim, symbols } = out.style;
  const failed = /(Failed|TimedOut|Aborted)$/.test(type);
  const time = timestamp?.toISOString().slice(11, 23) ?? '';
  const name = pad(type, TYPE_WIDTH);
  const row = `${pad(String(id), 6)}${dim(pad(time, 14))}${failed ? bad(name) : name}  ${harmless(eventWords(event).replaceAll('\n', ' '))}`;
  return cut(row, out.width(), symbols.ellipsis).trimEnd();
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw misuse(`--limit '${text}' is no number of events: give one such as 100.`);
}
