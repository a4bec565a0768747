/** Starts, watches, reports, stops and redrives executions of machines, for the verbs that do so of pipelines, too. */
import { randomUUID } from 'node:crypto';
import type { Clients } from '../aws.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../errors.ts';
import { lastName, type MachineExecution, type MachineReader, machineReader } from './read.ts';
import { type MachineReport, machineRecord, printMachineReport } from './report.ts';
import { drawMachine } from './tree.ts';
import { machineTroubles } from './troubles.ts';
import { watchMachine } from './watch.ts';

/** Watches an execution until its end, reports it, and answers the exit status that it deserves. */
export async function watchMachineToEnd(context: Context, on: Clients, arn: string): Promise<ExitStatus> {
  const { out } = context;
  const { view, reader, interrupted } = await watchMachine(on, out, arn);
  if (interrupted) {
    const { name } = view;
    out.line();
    out.paragraph(
      `No longer watching: execution ${name} goes on by itself. '${out.command(`status ${name} --follow`)}' follows it again, '${out.command(`stop ${name}`)}' stops it.`,
    );
    out.result({ executionArn: arn, status: view.status, watching: false });
    return 1;
  }
  const report = await reportOf(on, reader, view);
  printMachineReport(out, report);
  out.result(machineRecord(report));
  return view.status === 'SUCCEEDED' ? 0 : 1;
}

async function reportOf(on: Clients, reader: MachineReader, view: MachineExecution): Promise<MachineReport> {
  return { view, troubles: await machineTroubles(on, reader, view), logGroupArn: reader.logGroupArn };
}

/** An execution as it stands now. */
export async function currentMachineReport(on: Clients, arn: string): Promise<MachineReport> {
  const reader = await machineReader(on, arn);
  return reportOf(on, reader, (await reader.read()).view);
}

export async function machineStatus({ out }: Context, on: Clients, arn: string): Promise<ExitStatus> {
  const report = await currentMachineReport(on, arn);
  out.lines(drawMachine(report.view, { style: out.style, now: Date.now(), notes: new Map(), tick: 0 }));
  printMachineReport(out, report);
  out.result(machineRecord(report));
  return 0;
}

/** A Standard machine's start. */
export async function startMachine(
  context: Context,
  on: Clients,
  stateMachineArn: string,
  input: string,
  detach: boolean,
): Promise<ExitStatus> {
  const { out } = context;
  const sfn = await on.sfn();
  const { executionArn = '' } = await sfn.startExecution({ stateMachineArn, name: randomUUID(), input });
  const name = lastName(executionArn);
  out.line();
  out.line(`Started ${out.style.bold(lastName(stateMachineArn))}, execution ${out.style.accent(name)}`);
  out.event({ event: 'started', machine: lastName(stateMachineArn), executionArn, input });
  if (!detach) return watchMachineToEnd(context, on, executionArn);
  out.line(`  ${out.command(`status ${name} --follow`)}`);
  out.result({ executionArn, status: 'RUNNING', watching: false });
  return 0;
}

/** An Express machine has no history and cannot be looked at: it is waited for, and its answer is all there is. */
export async function runExpress(
  { out }: Context,
  on: Clients,
  stateMachineArn: string,
  input: string,
  detach: boolean,
): Promise<ExitStatus> {
  const sfn = await on.sfn();
  const machine = lastName(stateMachineArn);
  if (detach) {
    const { executionArn = '' } = await sfn.startExecution({ stateMachineArn, input });
    out.line(`Started ${out.style.bold(machine)}. What an Express execution does is in its log group alone.`);
    out.result({ executionArn, status: 'RUNNING', watching: false });
    return 0;
  }
  const { $metadata: _, ...answer } = await sfn.startSyncExecution({ stateMachineArn, input });
  const { status = 'FAILED', output, error, cause } = answer;
  out.line();
  out.line(`${out.style.bold(machine)}  ${status === 'SUCCEEDED' ? out.style.accent(status) : out.style.bad(status)}`);
  if (status === 'SUCCEEDED') out.line(output);
  else out.paragraph([error, cause].filter(Boolean).join(': '), '  ');
  out.result({ machine, ...answer });
  return status === 'SUCCEEDED' ? 0 : 1;
}

export async function stopMachine({ out }: Context, on: Clients, arn: string): Promise<ExitStatus> {
  const sfn = await on.sfn();
  await sfn.stopExecution({ executionArn: arn, error: 'Stopped', cause: "Stopped with 'telar stop'." });
  const { status } = await sfn.describeExecution({ executionArn: arn });
  const name = lastName(arn);
  out.line(`Execution ${name} is ${status}: what its tasks began and did not wait for goes on.`);
  if (status === 'ABORTED') out.line(`  ${out.command(`retry ${name}`)}    go on later where it stopped`);
  out.result({ executionArn: arn, status });
  return 0;
}

export async function redriveMachine(context: Context, on: Clients, arn: string, detach: boolean): Promise<ExitStatus> {
  const { out } = context;
  const sfn = await on.sfn();
  await sfn.redriveExecution({ executionArn: arn, clientToken: randomUUID() });
  out.line(`Execution ${lastName(arn)} is redriven: it goes on in the states that did not succeed.`);
  out.event({ event: 'redriven', executionArn: arn });
  if (!detach) return watchMachineToEnd(context, on, arn);
  out.result({ executionArn: arn, status: 'RUNNING', watching: false });
  return 0;
}
