/** `telar status`, `stop`, `retry` and `why`: looking at executions and steering them. */
import { randomUUID } from 'node:crypto';
import type { ExecutionListItem } from '@aws-sdk/client-sfn';
import { formatDuration } from '../../base/duration.ts';
import type { Clients } from '../aws.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../errors.ts';
import { queueNotes } from '../execution/queue.ts';
import { type ExecutionEntry, findExecution, kindNamed, listExecutions } from '../execution/read.ts';
import { printReport, reportRecord } from '../execution/report.ts';
import { drawTree } from '../execution/tree.ts';
import { lastPart } from '../execution/view.ts';
import { table } from '../render/text.ts';
import { explainState } from '../stateMachines/explain.ts';
import { isMachineExecution, lastName, listMachineExecutions } from '../stateMachines/read.ts';
import { machineStatus, redriveMachine, stopMachine, watchMachineToEnd } from '../stateMachines/steer.ts';
import { clients, currentReport, watchToEnd } from './shared.ts';

const LISTED = 20;

export async function status(
  context: Context,
  meant: string | undefined,
  options: { list?: boolean; follow?: boolean },
): Promise<ExitStatus> {
  const { out } = context;
  const on = clients(context);
  if (options.list) return list(context, meant);
  const arn = await findExecution(on, meant);
  if (isMachineExecution(arn)) {
    return options.follow ? watchMachineToEnd(context, on, arn) : machineStatus(context, on, arn);
  }
  if (options.follow) return watchToEnd(context, on, arn);
  const report = await currentReport(on, arn);
  const { view } = report;
  const notes = await queueNotes(on, view);
  out.lines(drawTree(view, { style: out.style, now: Date.now(), notes, tick: 0 }));
  printReport(out, report);
  out.result(reportRecord(report));
  return 0;
}

type Listed = { id: string; status: string; startedAt: Date | undefined; of: string; record: object };

async function list(context: Context, meant: string | undefined): Promise<ExitStatus> {
  const { out } = context;
  const { bold, dim } = out.style;
  const entries = await listed(clients(context), meant);
  const now = Date.now();
  const rows = entries.map(({ id, status: word, startedAt, of }) => [
    id,
    word,
    startedAt ? `${formatDuration(now - startedAt.getTime())} ago` : '',
    dim(of),
  ]);
  if (rows.length === 0) out.line("Nothing has run yet. Start a pipeline or a state machine with 'telar run NAME'.");
  else out.lines(table([['Execution', 'Status', 'Started', 'Pipeline or state machine'].map(bold), ...rows]));
  out.result({ executions: entries.map(({ record }) => record) });
  return 0;
}

/** The newest executions, the newest first. @param meant a pipeline or machine. @default all */
async function listed(on: Clients, meant: string | undefined): Promise<Listed[]> {
  const named = meant === undefined ? undefined : await kindNamed(on, meant);
  // A name that is none is AWS's to refuse.
  const pipeline = named ? named.pipeline : meant;
  const [ofPipelines, ofMachines] = await Promise.all([
    named?.machineArn === undefined ? listExecutions(on, pipeline, LISTED) : [],
    pipeline === undefined ? listMachineExecutions(await on.sfn(), named?.machineArn, LISTED) : [],
  ]);
  const all = [...ofPipelines.map(pipelineEntry), ...ofMachines.map(machineEntry)];
  return all.sort((a, b) => (b.startedAt?.getTime() ?? 0) - (a.startedAt?.getTime() ?? 0)).slice(0, LISTED);
}

function pipelineEntry(entry: ExecutionEntry): Listed {
  const { PipelineExecutionArn = '', PipelineExecutionStatus: status = '', StartTime: startedAt, pipeline } = entry;
  return {
    ...{ id: lastPart(PipelineExecutionArn), status, startedAt, of: pipeline },
    record: {
      ...{
        pipelineExecutionArn: PipelineExecutionArn,
        displayName: entry.PipelineExecutionDisplayName,
        pipeline,
        status,
      },
      startedAt: startedAt?.toISOString() ?? null,
    },
  };
}

function machineEntry(entry: ExecutionListItem): Listed {
  const { executionArn = '', stateMachineArn = '', name = '', status = '', startDate: startedAt } = entry;
  const machine = lastName(stateMachineArn);
  return {
    ...{ id: name, status, startedAt, of: machine },
    record: { executionArn, name, machine, status, startedAt: startedAt?.toISOString() ?? null },
  };
}

export async function stop(context: Context, meant: string | undefined): Promise<ExitStatus> {
  const { out } = context;
  const on = clients(context);
  const arn = await findExecution(on, meant);
  if (isMachineExecution(arn)) return stopMachine(context, on, arn);
  const client = await on.sagemaker();
  await client.stopPipelineExecution({ PipelineExecutionArn: arn, ClientRequestToken: randomUUID() });
  out.line(`Execution ${lastPart(arn)} is asked to stop: steps that run are ended, no other starts.`);
  out.line(`  ${out.command(`retry ${lastPart(arn)}`)}    go on later where it stopped`);
  out.result({ pipelineExecutionArn: arn, status: 'Stopping' });
  return 0;
}

export async function retry(
  context: Context,
  meant: string | undefined,
  options: { detach?: boolean },
): Promise<ExitStatus> {
  const { out } = context;
  const on = clients(context);
  const arn = await findExecution(on, meant);
  if (isMachineExecution(arn)) return redriveMachine(context, on, arn, options.detach === true);
  const client = await on.sagemaker();
  await client.retryPipelineExecution({ PipelineExecutionArn: arn, ClientRequestToken: randomUUID() });
  out.line(`Execution ${lastPart(arn)} goes on: only what has not succeeded runs again.`);
  out.event({ event: 'retried', pipelineExecutionArn: arn });
  if (!options.detach) return watchToEnd(context, on, arn);
  out.result({ pipelineExecutionArn: arn, status: 'Executing', watching: false });
  return 0;
}

export async function why(context: Context, step: string, options: { execution?: string }): Promise<ExitStatus> {
  const { out } = context;
  const { bold, dim, accent, symbols } = out.style;
  const on = clients(context);
  const arn = await findExecution(on, options.execution);
  if (isMachineExecution(arn)) return explainState(context, on, arn, step);
  const answer = await on.telar('ExplainStep', { PipelineExecutionArn: arn, StepName: step });
  const { Cache: cache } = answer;
  out.line(`${bold(step)} ${dim(`in execution ${lastPart(arn)}: ${answer.StepStatus}`)}`);
  switch (cache.verdict) {
    case 'hit':
      out.line(`  ${accent(`${symbols.cached} cache hit`)}: taken from execution ${lastPart(cache.source)}`);
      out.paragraph('Every input is what it was then, and every output is still there:', '  ');
      break;
    case 'miss':
      out.line(`  ${accent('cache miss')}: ${cache.reason}`);
      if (cache.compared) out.line(dim(`  compared with execution ${lastPart(cache.compared)}`));
      for (const change of cache.changes) {
        out.line();
        out.line(`  ${accent(symbols.change)} ${change.input}`);
        out.paragraph(`${dim('before')} ${short(change.before)}`, '      ');
        out.paragraph(`${dim('after ')} ${short(change.after)}`, '      ');
      }
      break;
    case 'off':
      out.line('  The step does not ask for the cache (it has no CacheConfig): it runs every time.');
      break;
    default:
      out.line(`  ${cache.reason}`);
  }
  if ('attributes' in cache && cache.attributes.length > 0) {
    out.line();
    const changed = new Set(cache.verdict === 'miss' ? cache.changes.map(({ input }) => input.split(/[.[]/)[0]!) : []);
    for (const { name, value } of cache.attributes) {
      const mark = changed.has(name) ? accent(symbols.change) : dim(symbols.same);
      out.line(`  ${mark} ${name} ${dim(short(JSON.stringify(value), 160))}`);
    }
  }
  out.result({ pipelineExecutionArn: arn, step, ...answer });
  return 0;
}

function short(text: string, most = 400): string {
  return text.length > most ? `${text.slice(0, most)}...` : text;
}
