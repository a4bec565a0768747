/** `telar status`, `stop`, `retry` and `why`: looking at executions and steering them. */
import { randomUUID } from 'node:crypto';
import { formatDuration } from '../../base/duration.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../errors.ts';
import { queueNotes } from '../execution/queue.ts';
import { findExecution, listExecutions } from '../execution/read.ts';
import { printReport, reportRecord } from '../execution/report.ts';
import { drawTree } from '../execution/tree.ts';
import { lastPart } from '../execution/view.ts';
import { table } from '../render/text.ts';
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
  if (options.follow) return watchToEnd(context, on, arn);
  const report = await currentReport(on, arn);
  const { view } = report;
  const notes = await queueNotes(on, view);
  out.lines(drawTree(view, { style: out.style, now: Date.now(), notes, tick: 0 }));
  printReport(out, report);
  out.result(reportRecord(report));
  return 0;
}

async function list(context: Context, pipeline: string | undefined): Promise<ExitStatus> {
  const { out } = context;
  const { bold, dim } = out.style;
  const entries = await listExecutions(clients(context), pipeline, LISTED);
  const now = Date.now();
  const rows = entries.map(({ PipelineExecutionArn = '', PipelineExecutionStatus = '', StartTime, pipeline: name }) => [
    lastPart(PipelineExecutionArn),
    PipelineExecutionStatus,
    StartTime ? `${formatDuration(now - StartTime.getTime())} ago` : '',
    dim(name),
  ]);
  if (rows.length === 0) out.line("Nothing has run yet. Start a pipeline with 'telar run PIPELINE'.");
  else out.lines(table([['Execution', 'Status', 'Started', 'Pipeline'].map(bold), ...rows]));
  out.result({
    executions: entries.map((entry) => ({
      pipelineExecutionArn: entry.PipelineExecutionArn,
      displayName: entry.PipelineExecutionDisplayName,
      pipeline: entry.pipeline,
      status: entry.PipelineExecutionStatus,
      startedAt: entry.StartTime?.toISOString() ?? null,
    })),
  });
  return 0;
}

export async function stop(context: Context, meant: string | undefined): Promise<ExitStatus> {
  const { out } = context;
  const on = clients(context);
  const arn = await findExecution(on, meant);
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
