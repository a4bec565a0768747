/** A machine's execution reported in words: its states, its output or what failed, and what to type next. */
import { printDiagnosis, printTroubles } from '../execution/report.ts';
import { lastPart } from '../execution/view.ts';
import type { Output } from '../output.ts';
import { harmless, table } from '../render/text.ts';
import { begunBy, isPipelineExecution } from './jobs.ts';
import { hasEnded, type MachineExecution } from './read.ts';
import { machineStatusText, stateTook, stateWords } from './tree.ts';
import type { MachineTrouble, MachineTroubles } from './troubles.ts';

export type MachineReport = {
  view: MachineExecution;
  troubles: MachineTroubles;
  logGroupArn: string | undefined;
};

/** Of an output in a report; the whole is in --json. */
const LONGEST_OUTPUT = 2000;

export function printMachineReport(out: Output, report: MachineReport): void {
  const { view, troubles } = report;
  const { bad, bold, dim } = out.style;
  const rows = view.states.map((state) => [
    `  ${'  '.repeat(state.depth)}${state.name}`,
    state.status === 'Failed' ? bad(state.status) : state.status,
    stateTook(state, Date.now()),
    dim(stateWords(state)),
  ]);
  out.line();
  out.lines(table([['  State', 'Status', 'Duration', ''].map((text) => (text ? bold(text) : text)), ...rows]));
  out.line();
  const facts: [string, string][] = [
    ['Status', machineStatusText(view.status, out.style)],
    ['StateMachineArn', view.machineArn],
    ['ExecutionArn', view.arn],
    ...begunBy(view).map(({ state, arn }): [string, string] => [`Begun by ${state}`, arn]),
  ];
  out.lines(table(facts.map(([name, value]) => [`  ${dim(name)}`, value])));
  if (view.output !== undefined) {
    out.line();
    out.line(`  ${bold('Output')}`);
    out.lines(outputLines(view.output));
  }
  for (const trouble of troubles.own) printMachineTrouble(out, view, trouble);
  if (view.status === 'ABORTED' && view.error !== undefined) out.line(`  ${errorText(view)}`);
  for (const { troubles: those } of troubles.ofPipelines) printTroubles(out, those);
  out.line();
  out.line(bold('  Next'));
  out.lines(table(nextCommands(report).map(({ words, why }) => [`  ${out.command(words)}`, dim(why)])));
}

function outputLines(output: string): string[] {
  let text = output;
  try {
    text = JSON.stringify(JSON.parse(output), null, 2);
  } catch {
    // AWS's are JSON always; what is not is shown as it came.
  }
  const shown = text.length > LONGEST_OUTPUT ? `${text.slice(0, LONGEST_OUTPUT)}\n...` : text;
  return shown.split('\n').map((line) => `    ${harmless(line)}`);
}

function errorText({ error, cause }: { error?: string | undefined; cause?: string | undefined }): string {
  return harmless([error ?? 'No error was named', cause].filter(Boolean).join(': '));
}

export function printMachineTrouble(out: Output, view: MachineExecution, trouble: MachineTrouble): void {
  const { bad, dim } = out.style;
  const { state, type, handling, log, diagnosis } = trouble;
  out.line();
  out.line(
    `  ${bad(state ? `${state} failed` : `The execution ended as ${view.status}`)}${type ? dim(`  ${type}`) : ''}`,
  );
  out.paragraph(errorText(trouble), '    ');
  for (const sentence of handling) out.paragraph(sentence, '    ');
  if (log.length > 0) {
    out.line();
    out.line(dim('    The last lines of its log'));
    for (const line of log) out.line(dim(`    | ${line}`));
  }
  if (diagnosis) printDiagnosis(out, diagnosis);
}

function nextCommands({ view, troubles, logGroupArn }: MachineReport): { words: string; why: string }[] {
  const next: { words: string; why: string }[] = [];
  if (!hasEnded(view.status)) {
    next.push({ words: `status ${view.name} --follow`, why: 'watch it to its end' });
    next.push({ words: `stop ${view.name}`, why: 'stop it' });
    return next;
  }
  next.push({ words: `history ${view.name}`, why: 'event by event' });
  const failed = troubles.own.find(({ state }) => state !== undefined);
  if (failed) next.push({ words: `why ${failed.state} --execution ${view.name}`, why: 'what went into it' });
  if (failed?.log.length) {
    next.push({ words: `logs ${failed.state} --execution ${view.name}`, why: 'the whole log of its job' });
  }
  if (logGroupArn !== undefined) next.push({ words: `logs ${view.name}`, why: 'what the machine logged' });
  for (const { arn } of begunBy(view)) {
    if (isPipelineExecution(arn)) next.push({ words: `status ${lastPart(arn)}`, why: 'the pipeline that it began' });
  }
  const verdict = troubles.own.some(({ type }) => type === 'Fail');
  if (view.redrivable && !verdict)
    next.push({ words: `retry ${view.name}`, why: 'for a passing fault: go on where it failed' });
  next.push({ words: `run ${view.machine}`, why: 'run again' });
  return next;
}

/** The report as --json gives it. */
export function machineRecord({ view, troubles }: MachineReport) {
  const time = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());
  return {
    ...{ machine: view.machine, stateMachineArn: view.machineArn, executionArn: view.arn, name: view.name },
    ...{ status: view.status, error: view.error ?? null, cause: view.cause ?? null },
    ...{ startedAt: time(view.startedAt), endedAt: time(view.endedAt), redriveCount: view.redrives },
    ...{ input: view.input, output: view.output ?? null },
    states: view.states.map(({ startedAt, endedAt, error, cause, items, ...state }) => ({
      ...state,
      startedAt: time(startedAt),
      endedAt: time(endedAt),
      error: error ?? null,
      cause: cause ?? null,
      items: items ?? null,
    })),
    troubles: [...troubles.own, ...troubles.ofPipelines.flatMap(({ troubles: those }) => those)],
  };
}
