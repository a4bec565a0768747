/** An execution reported in words: its steps, metrics, gates, model and troubles, and what to type next. */
import { formatDuration } from '../../base/duration.ts';
import { numberText } from '../../definition/pipeline/conditionText.ts';
import type { Output } from '../output.ts';
import type { Style } from '../render/style.ts';
import { table } from '../render/text.ts';
import type { Gate, MetricSet, Results } from './results.ts';
import { outcomeWords, statusText } from './tree.ts';
import type { Trouble } from './troubles.ts';
import { type ExecutionView, hasEnded } from './view.ts';

export type Report = { view: ExecutionView; results: Results; troubles: readonly Trouble[] };

export function printReport(out: Output, { view, results, troubles }: Report): void {
  const { style } = out;
  out.line();
  out.lines(stepTable(view, style));
  printMetrics(out, results.metrics);
  for (const gate of results.gates) printGate(out, gate, view, results);
  out.line();
  out.lines(arnLines({ view, results, troubles }, style));
  if (view.reason && view.status !== 'Failed') out.line(`  ${view.reason}`);
  printTroubles(out, troubles);
  const cached = view.steps.filter(({ cachedFrom }) => cachedFrom).length;
  if (cached > 0) {
    out.line();
    const taken = cached === 1 ? '1 step was taken' : `${cached} steps were taken`;
    const they = cached === 1 ? 'it depends' : 'they depend';
    out.paragraph(`${taken} from the cache: nothing that ${they} on has changed ('telar why STEP').`);
  }
  out.line();
  out.lines(nextLines(out, { view, results, troubles }));
}

function stepTable(view: ExecutionView, style: Style): string[] {
  const { bold, dim, bad } = style;
  const rows = view.steps.map((step) => {
    const took = step.startedAt !== undefined && step.endedAt !== undefined ? step.endedAt - step.startedAt : undefined;
    const status = step.status === 'NotStarted' ? 'Not started' : step.status;
    const words = outcomeWords(step).replace(/(, )?(skipped|not started|stopped|stopping)$/, '');
    return [
      `  ${'  '.repeat(step.depth)}${step.name}`,
      step.status === 'Failed' ? bad(status) : status,
      took === undefined || step.type === 'Condition' ? '' : formatDuration(took),
      dim(words),
    ];
  });
  const head = ['  Step', 'Status', 'Duration', ''].map((text) => (text === '' ? '' : bold(text)));
  return table([head, ...rows]);
}

function printMetrics(out: Output, sets: readonly MetricSet[]): void {
  const { bold, dim } = out.style;
  if (sets.length === 0) return;
  out.line();
  out.line(bold('  Metrics'));
  const rows = sets.flatMap(({ step, metrics }) =>
    metrics.map(({ name, value }, index) => [`  ${name}`, numberText(value), index === 0 ? dim(step) : '']),
  );
  out.lines(table(rows));
}

function printGate(out: Output, gate: Gate, view: ExecutionView, { modelPackage }: Results): void {
  const { accent, bold, bad, symbols } = out.style;
  const holds = gate.outcome === 'True';
  out.line();
  out.line(`  ${bold(gate.step)}  ${holds ? accent(`${symbols.done} holds`) : bad(`${symbols.failed} does not hold`)}`);
  for (const condition of gate.conditions) out.paragraph(forTerminal(condition, out.style), '    ');
  if (!holds && !modelPackage && registers(view)) {
    out.line('    The gate refused the model: nothing was registered. The execution itself succeeded.');
  }
}

/** Whether the pipeline would have registered a model. */
function registers({ steps, status }: ExecutionView): boolean {
  return status === 'Succeeded' && steps.some((step) => step.type === 'RegisterModel' && step.status === 'Skipped');
}

function forTerminal(text: string, { symbols }: Style): string {
  return text.replaceAll('≥', symbols.atLeast).replaceAll('≤', symbols.atMost).replaceAll('≠', '!=');
}

function arnLines({ view, results }: Report, style: Style): string[] {
  const rows = [
    ['  Status', statusText(view.status, style)],
    ['  PipelineArn', view.pipelineArn],
    ['  PipelineExecutionArn', view.arn],
  ];
  const { modelPackage } = results;
  if (modelPackage)
    rows.push(['  ModelPackageArn', modelPackage.arn], ['  ModelApprovalStatus', modelPackage.approval]);
  return table(rows.map(([name, value]) => [style.dim(name!), value!]));
}

export function printTroubles(out: Output, troubles: readonly Trouble[]): void {
  for (const { step, reason, log, diagnosis } of troubles) {
    out.line();
    out.line(`  ${out.style.bad(step ? `${step} failed` : 'The execution failed')}`);
    out.paragraph(reason, '    ');
    if (log.length > 0) {
      out.line();
      out.line(out.style.dim('    The last lines of its log'));
      for (const line of log) out.line(out.style.dim(`    | ${line}`));
    }
    if (diagnosis) printDiagnosis(out, diagnosis);
  }
}

export function printDiagnosis(out: Output, { symptom, cause, action }: NonNullable<Trouble['diagnosis']>): void {
  const { bold } = out.style;
  out.line();
  const rows = [
    ['Symptom', symptom],
    ['Probable cause', cause],
    ['Action', action],
  ] as const;
  for (const [name, text] of rows) {
    out.line(`    ${bold(name)}`);
    out.paragraph(text, '      ');
  }
}

/** What to type next, by how it ended. */
function nextCommands({ view, results, troubles }: Report): { words: string; why: string }[] {
  const { modelPackage } = results;
  const next: { words: string; why: string }[] = [];
  if (!hasEnded(view.status)) {
    next.push({ words: `status ${view.id}`, why: 'see how far it is' });
    next.push({ words: `stop ${view.id}`, why: 'stop it' });
    return next;
  }
  if (modelPackage?.approval === 'PendingManualApproval') {
    const model = `${modelPackage.group}/${modelPackage.version}`;
    next.push({ words: `approve ${model}`, why: 'let the model into production' });
    next.push({ words: `reject ${model}`, why: 'or not' });
  }
  const failed = troubles.find(({ log }) => log.length > 0);
  if (failed) next.push({ words: `logs ${failed.step} --execution ${view.id}`, why: 'the whole log' });
  const byDesign = view.steps.some(({ type, status }) => type === 'Fail' && status === 'Failed');
  if (view.status === 'Stopped' || (view.status === 'Failed' && !byDesign)) {
    next.push({ words: `retry ${view.id}`, why: 'for a passing fault: go on where it ended' });
  }
  next.push({ words: `evidence ${view.id}`, why: 'the record of this run' });
  next.push({ words: `run ${view.pipeline}`, why: 'run again' });
  return next;
}

function nextLines(out: Output, report: Report): string[] {
  const rows = nextCommands(report).map(({ words, why }) => [`  ${out.command(words)}`, out.style.dim(why)]);
  return [out.style.bold('  Next'), ...table(rows)];
}

/** The report as --json gives it. */
export function reportRecord({ view, results, troubles }: Report) {
  const time = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());
  return {
    pipeline: view.pipeline,
    pipelineArn: view.pipelineArn,
    pipelineExecutionArn: view.arn,
    displayName: view.displayName,
    status: view.status,
    failureReason: view.reason ?? null,
    startedAt: time(view.startedAt),
    endedAt: time(view.endedAt),
    parameters: view.parameters,
    steps: view.steps.map((step) => ({
      name: step.name,
      type: step.type,
      status: step.status,
      startedAt: time(step.startedAt),
      endedAt: time(step.endedAt),
      seconds:
        step.startedAt !== undefined && step.endedAt !== undefined ? (step.endedAt - step.startedAt) / 1000 : null,
      cacheHit: step.cachedFrom ?? null,
      retries: step.retries,
      outcome: step.outcome ?? null,
      jobArn: step.jobArn ?? null,
      modelPackageArn: step.modelPackageArn ?? null,
      failureReason: step.reason ?? null,
    })),
    metrics: results.metrics,
    gates: results.gates,
    modelPackage: results.modelPackage ?? null,
    registered: results.modelPackage !== undefined,
    troubles,
  };
}
