/** The record of a run as Markdown: what was run, with what, what came of it, and where to look. Pure. */
import { formatDuration } from '../base/duration.ts';
import { numberText } from '../definition/pipeline/conditionText.ts';
import type { TelarOutputs } from '../services/telar/api.ts';
import type { Report } from './execution/report.ts';
import { outcomeWords } from './execution/tree.ts';
import { formatBytes } from './jobs.ts';

export type Evidence = {
  /** When the record was made. ISO 8601. */
  madeAt: string;
  account: string;
  region: string;
  server: { version: string };
  pipeline: { description: string | undefined; roleArn: string };
  codeBundle: CodeBundleEvidence | undefined;
  /** Who started it. */
  startedBy: string;
  report: Report;
  /** By step. */
  cache: Readonly<Record<string, TelarOutputs['ExplainStep']['Cache']>>;
  /** What each step's job used, by step and host. */
  use: readonly { step: string; host: string; cpuSeconds: number; peakMemoryBytes: number }[];
};

export type CodeBundleEvidence = {
  uri: string;
  /** A commit's SHA, `<sha>-dirty-<hash>` or `manual-<hash>`. */
  version: string;
  commit: string | undefined;
  /** Of the archive, as it lies in the store; undefined when it is gone. */
  sha256: string | undefined;
};

/** What a bundle's address says of it. @example 's3://b/pipeline/code/6b221bb…/pipeline_code.tar.gz' */
export function bundleVersion(uri: string): { version: string; commit: string | undefined } {
  const version = uri.split('/').at(-2) ?? '';
  return { version, commit: /^[0-9a-f]{40,64}(?=-|$)/.exec(version)?.[0] };
}

export function evidenceMarkdown(evidence: Evidence): string {
  const { view, results, troubles } = evidence.report;
  const lines = [
    `# ${view.pipeline}: execution ${view.id}`,
    '',
    `**${view.status}**${view.reason ? `: ${cell(view.reason)}` : ''}`,
    '',
    ...factTable(evidence),
    '',
    '## Parameters',
    '',
    ...table(['Name', 'Value'], Object.entries(view.parameters)),
    '',
    '## Steps',
    '',
    ...table(
      ['Step', 'Type', 'Status', 'Started', 'Ended', 'Duration', 'Remarks'],
      view.steps.map((step) => [
        step.name,
        step.type,
        step.status,
        time(step.startedAt),
        time(step.endedAt),
        step.startedAt !== undefined && step.endedAt !== undefined ? formatDuration(step.endedAt - step.startedAt) : '',
        outcomeWords(step),
      ]),
    ),
    '',
  ];
  if (evidence.use.length > 0) {
    const rows = evidence.use.map(({ step, host, cpuSeconds, peakMemoryBytes }) => [
      ...[step, host, `${cpuSeconds.toFixed(1)} s`, formatBytes(peakMemoryBytes)],
    ]);
    lines.push('## Use', '', ...table(['Step', 'Host', 'Processor time', 'Most memory'], rows), '');
  }
  if (results.metrics.length > 0) {
    const rows = results.metrics.flatMap(({ step, source, metrics }) =>
      metrics.map(({ name, value }) => [name, numberText(value), step, source]),
    );
    lines.push('## Metrics', '', ...table(['Metric', 'Value', 'Step', 'Source'], rows), '');
  }
  for (const { step, outcome, conditions } of results.gates) {
    lines.push(`## Gate ${step}`, '', outcome === 'True' ? 'It **holds**:' : 'It **does not hold**:', '');
    lines.push(...conditions.map((condition) => `- ${condition}`), '');
  }
  lines.push('## Model', '', ...modelLines(evidence), '');
  for (const { step, reason, diagnosis } of troubles) {
    lines.push(`## Failure${step ? ` of ${step}` : ''}`, '', reason, '');
    if (diagnosis) {
      const { symptom, cause, action } = diagnosis;
      lines.push(`- Symptom: ${symptom}`, `- Probable cause: ${cause}`, `- Action: ${action}`, '');
    }
  }
  lines.push(...cacheLines(evidence), ...logLines(evidence));
  return `${lines.join('\n').trimEnd()}\n`;
}

function factTable({ report: { view }, codeBundle, ...evidence }: Evidence): string[] {
  const duration = view.endedAt === undefined ? '' : formatDuration(view.endedAt - view.startedAt);
  const facts: [string, string | undefined][] = [
    ['PipelineArn', view.pipelineArn],
    ['PipelineExecutionArn', view.arn],
    ['Display name', view.displayName],
    ['Role', evidence.pipeline.roleArn],
    ['Started', time(view.startedAt)],
    ['Started by', evidence.startedBy],
    ['Ended', time(view.endedAt)],
    ['Duration', duration],
    ['Code bundle', codeBundle?.uri],
    ['Code version', codeBundle?.version],
    ['Commit', codeBundle && (codeBundle.commit ?? 'none: the code was not in a git repository')],
    ['Bundle SHA-256', codeBundle && (codeBundle.sha256 ?? 'unknown: the object is gone')],
    ['Account, region', `${evidence.account}, ${evidence.region}`],
    ['Telar', evidence.server.version],
    ['Record made', evidence.madeAt],
  ];
  return table(
    ['', ''],
    facts.flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
}

function modelLines({ report: { view, results } }: Evidence): string[] {
  const { modelPackage } = results;
  if (modelPackage) {
    const { arn, group, version, approval } = modelPackage;
    return table(
      ['', ''],
      [
        ['ModelPackageArn', arn],
        ['Model package group', group],
        ['Version', String(version)],
        ['ModelApprovalStatus', approval],
      ],
    );
  }
  const refused = results.gates.some(({ outcome }) => outcome === 'False') && view.status === 'Succeeded';
  return [refused ? 'Nothing was registered: the gate refused the model.' : 'Nothing was registered.'];
}

function cacheLines({ cache }: Evidence): string[] {
  const entries = Object.entries(cache).filter(([, { verdict }]) => verdict !== 'none');
  if (entries.length === 0) return [];
  const rows = entries.map(([step, verdict]) => {
    switch (verdict.verdict) {
      case 'hit':
        return [step, 'hit', verdict.source];
      case 'miss':
        return [step, 'miss', [verdict.reason, ...verdict.changes.map(({ input }) => input)].join(' ')];
      default:
        return [step, verdict.verdict, ''];
    }
  });
  return ['## Cache', '', ...table(['Step', 'Verdict', 'Source, or what differed'], rows), ''];
}

function logLines({ report: { view } }: Evidence): string[] {
  const jobs = view.steps.filter(({ jobArn }) => jobArn);
  if (jobs.length === 0) return [];
  const rows = jobs.map(({ name, jobArn = '' }) => [name, jobArn, `telar logs ${jobArn}`]);
  return ['## Logs', '', ...table(['Step', 'Job', 'Command'], rows), ''];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const row = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [row(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(row)];
}

/** One line, and no bar that would end the cell. */
function cell(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
}

function time(at: number | undefined): string {
  return at === undefined ? '' : new Date(at).toISOString();
}
