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
import { isMachineExecution, listMachineExecutions } from '../stateMachines/read.ts';
import { type MachineReport, printMachineTrouble } from '../stateMachines/report.ts';
import { currentMachineReport } from '../stateMachines/steer.ts';
import { clients, currentReport } from './shared.ts';

export async function doctor(context: Context, meant: string | undefined): Promise<ExitStatus> {
  if (meant !== undefined) {
    const arn = await findExecution(clients(context), meant);
    return isMachineExecution(arn) ? explainMachine(context, arn) : explain(context, arn);
  }
  const { out } = context;
  const checks = await machineChecks(context);
  printChecks(context, checks);
  const failed = checks.some(({ verdict }) => verdict === 'failed');
  const newest = await newestFailed(context);
  const troubles = newest === undefined ? [] : await troublesOf(context, newest);
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
  const on = clients(context);
  const [[ofPipeline], [ofMachine]] = await Promise.all([
    listExecutions(on, undefined, 1),
    listMachineExecutions(await on.sfn(), undefined, 1),
  ]);
  if (ofMachine && !(ofPipeline?.StartTime && ofPipeline.StartTime > ofMachine.startDate!)) {
    return /^(FAILED|TIMED_OUT)$/.test(ofMachine.status!) ? ofMachine.executionArn : undefined;
  }
  return ofPipeline?.PipelineExecutionStatus === 'Failed' ? ofPipeline.PipelineExecutionArn : undefined;
}

async function troublesOf(context: Context, arn: string): Promise<readonly object[]> {
  if (isMachineExecution(arn)) return printMachineTroubles(context, arn);
  const { troubles } = await currentReport(clients(context), arn);
  printTroubles(context, arn, troubles);
  return troubles;
}

async function explainMachine(context: Context, arn: string): Promise<ExitStatus> {
  const { out } = context;
  const report = await currentMachineReport(clients(context), arn);
  const { name, machine, status } = report.view;
  const troubles = await printMachineTroubles(context, arn, report);
  if (troubles.length === 0) out.line(`Execution ${name} of ${machine} is ${status}: nothing failed.`);
  out.result({ executionArn: arn, status, troubles });
  return troubles.length === 0 ? 0 : 1;
}

/** Those of pipelines that the execution began, too: there is the fault, as a rule. */
async function printMachineTroubles(context: Context, arn: string, known?: MachineReport): Promise<readonly object[]> {
  const { out } = context;
  const { view, troubles } = known ?? (await currentMachineReport(clients(context), arn));
  for (const trouble of troubles.own) {
    printMachineTrouble(out, view, trouble);
    if (!trouble.diagnosis) out.paragraph(`No known fault fits. The whole story: telar history ${view.name}`, '    ');
  }
  for (const { arn: of, troubles: those } of troubles.ofPipelines) printTroubles(context, of, those);
  return [...troubles.own, ...troubles.ofPipelines.flatMap(({ troubles: those }) => those)];
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
