/** `telar doctor`: what this machine has and lacks, and what went wrong in an execution. */

import { runningServer } from '../connection.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../errors.ts';
import { findExecution, listExecutions } from '../execution/read.ts';
import { printDiagnosis } from '../execution/report.ts';
import type { Trouble } from '../execution/troubles.ts';
import { lastPart } from '../execution/view.ts';
import { type Check, machineChecks } from '../machine.ts';
import { pad } from '../render/text.ts';
import { clients, currentReport } from './shared.ts';

export async function doctor(context: Context, meant: string | undefined): Promise<ExitStatus> {
  if (meant !== undefined) {
    const on = clients(context);
    return explain(context, await findExecution(on, meant));
  }
  const { out } = context;
  const checks = await machineChecks(context);
  printChecks(context, checks);
  const failed = checks.some(({ verdict }) => verdict === 'failed');
  const newest = await newestFailed(context);
  const troubles = newest === undefined ? [] : (await currentReport(clients(context), newest)).troubles;
  if (newest !== undefined) printTroubles(context, newest, troubles);
  out.result({ checks, execution: newest ?? null, troubles });
  return failed ? 1 : 0;
}

function printChecks({ out }: Context, checks: readonly Check[]): void {
  const { accent, bad, bold, dim, symbols } = out.style;
  const width = Math.max(...checks.map(({ name }) => name.length));
  const marks = { ok: accent(symbols.done), warning: bold('!'), failed: bad(symbols.failed) };
  for (const { name, verdict, found, action } of checks) {
    out.paragraph(`${marks[verdict]} ${pad(name, width)}  ${found}`, '  ');
    if (action) out.paragraph(dim(action), `${' '.repeat(width)}      `);
  }
}

/** The newest execution of all, when it has failed and a server can be asked. */
async function newestFailed(context: Context): Promise<string | undefined> {
  if (context.url === undefined && !runningServer(context.data)) return undefined;
  const [newest] = await listExecutions(clients(context), undefined, 1);
  return newest?.PipelineExecutionStatus === 'Failed' ? newest.PipelineExecutionArn : undefined;
}

async function explain(context: Context, arn: string): Promise<ExitStatus> {
  const { out } = context;
  const { view, troubles } = await currentReport(clients(context), arn);
  if (troubles.length === 0) out.line(`Execution ${view.id} of ${view.pipeline} is ${view.status}: nothing failed.`);
  else printTroubles(context, arn, troubles);
  out.result({ pipelineExecutionArn: arn, status: view.status, troubles });
  return troubles.length === 0 ? 0 : 1;
}

function printTroubles({ out }: Context, arn: string, troubles: readonly Trouble[]): void {
  for (const { step, reason, diagnosis } of troubles) {
    out.line();
    out.line(
      out.style.bad(step ? `${step} failed` : 'The execution failed') + out.style.dim(`  execution ${lastPart(arn)}`),
    );
    out.paragraph(reason, '    ');
    if (diagnosis) printDiagnosis(out, diagnosis);
    else
      out.paragraph(
        `No known fault fits. ${step ? `The whole log: telar logs ${step} --execution ${lastPart(arn)}` : ''}`,
        '    ',
      );
  }
}
