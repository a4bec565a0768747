/** What several verbs do alike: reach the server, watch an execution to its end and report it. */
import { type Clients, clientsOf } from '../aws.ts';
import { connect } from '../connection.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../errors.ts';
import { executionReader } from '../execution/read.ts';
import { printReport, type Report, reportRecord } from '../execution/report.ts';
import { resultsOf } from '../execution/results.ts';
import { troublesOf } from '../execution/troubles.ts';
import { type ExecutionView, lastPart, type Planned } from '../execution/view.ts';
import { watch } from '../execution/watch.ts';

/** @param region the project's own, where it has one */
export function clients(context: Context, region?: string): Clients {
  const connection = connect(context);
  return clientsOf(region === undefined ? connection : { ...connection, region });
}

/** Watches an execution until its end, reports it, and answers the exit status that it deserves. */
export async function watchToEnd(context: Context, on: Clients, arn: string): Promise<ExitStatus> {
  const { out } = context;
  const { view, reader, interrupted } = await watch(on, out, arn);
  if (interrupted) {
    const id = lastPart(arn);
    out.line();
    out.paragraph(
      `No longer watching: execution ${id} goes on by itself. '${out.command(`status ${id}`)}' looks at it, '${out.command(`stop ${id}`)}' stops it.`,
    );
    out.result({ pipelineExecutionArn: arn, status: view.status, watching: false });
    // Not known to have succeeded: `telar run && telar approve` must not go on.
    return 1;
  }
  const report = await reportOf(on, reader.planned, view);
  printReport(out, report);
  out.result(reportRecord(report));
  return view.status === 'Succeeded' ? 0 : 1;
}

export async function reportOf(on: Clients, planned: Planned, view: ExecutionView): Promise<Report> {
  const [results, troubles] = await Promise.all([resultsOf(on, planned, view), troublesOf(on, view)]);
  return { view, results, troubles };
}

/** An execution as it stands now. */
export async function currentReport(on: Clients, arn: string): Promise<Report> {
  const reader = await executionReader(on, arn);
  return reportOf(on, reader.planned, await reader.read());
}
