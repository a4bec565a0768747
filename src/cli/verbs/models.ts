/** `telar models`, `approve` and `reject`: the registry's versions, and who may go into production. */
import type { ModelPackageSummary } from '@aws-sdk/client-sagemaker';
import { formatDuration } from '../../base/duration.ts';
import type { Metric } from '../../definition/pipeline/reportMetrics.ts';
import { type Clients, everyPage } from '../aws.ts';
import type { Context } from '../context.ts';
import { type ExitStatus, misuse } from '../errors.ts';
import { numberText } from '../execution/condition.ts';
import { metricsAt } from '../execution/results.ts';
import { lastPart } from '../execution/view.ts';
import { table } from '../render/text.ts';
import { clients } from './shared.ts';

type Model = {
  arn: string;
  group: string;
  version: number;
  approval: string;
  createdAt: Date | undefined;
  metrics: Metric[];
};

const PAGE = 100;
const SHOWN_METRICS = 4;

export async function models(context: Context, group: string | undefined): Promise<ExitStatus> {
  const { out } = context;
  const { bold, dim, accent } = out.style;
  const on = clients(context);
  const summaries = await versions(on, group);
  const all = await Promise.all(summaries.map((summary) => modelOf(on, summary)));
  if (all.length === 0) out.line('No model is registered yet. A pipeline registers one when its gate holds.');
  else {
    const now = Date.now();
    const rows = all.map(({ group: name, version, approval, createdAt, metrics }) => [
      `${name}/${version}`,
      approval === 'Approved' ? accent(approval) : approval,
      createdAt ? `${formatDuration(now - createdAt.getTime())} ago` : '',
      dim(
        metrics
          .slice(0, SHOWN_METRICS)
          .map((metric) => `${metric.name} ${numberText(metric.value)}`)
          .join(', '),
      ),
    ]);
    out.lines(table([['Model', 'Approval', 'Created', 'Metrics'].map(bold), ...rows]));
  }
  out.result({ models: all.map(record) });
  return 0;
}

export async function decide(
  context: Context,
  verdict: 'Approved' | 'Rejected',
  meant: string | undefined,
  options: { message?: string },
): Promise<ExitStatus> {
  const { out } = context;
  const on = clients(context);
  const arn = await findModel(context, on, meant);
  const client = await on.sagemaker();
  const before = await client.describeModelPackage({ ModelPackageName: arn });
  const name = `${before.ModelPackageGroupName}/${before.ModelPackageVersion}`;
  const already = before.ModelApprovalStatus === verdict;
  if (!already || options.message !== undefined) {
    await client.updateModelPackage({
      ModelPackageArn: arn,
      ModelApprovalStatus: verdict,
      ...(options.message !== undefined && { ApprovalDescription: options.message }),
    });
  }
  out.line(
    already
      ? `${out.style.bold(name)} was ${verdict} already.`
      : `${out.style.bold(name)}: ${before.ModelApprovalStatus} ${out.style.symbols.arrow} ${out.style.accent(verdict)}`,
  );
  out.line(out.style.dim(`  ${arn}`));
  out.result({ modelPackageArn: arn, model: name, before: before.ModelApprovalStatus, approval: verdict });
  return 0;
}

/** A version by ARN or `group/version`; by its group, or without anything, the newest that waits for a decision. */
async function findModel(context: Context, on: Clients, meant: string | undefined): Promise<string> {
  if (meant?.startsWith('arn:')) return meant;
  const versioned = /^(.+)\/(\d+)$/.exec(meant ?? '');
  const group = versioned ? versioned[1] : meant;
  const summaries = await versions(on, group);
  if (versioned) {
    const found = summaries.find(({ ModelPackageVersion }) => ModelPackageVersion === Number(versioned[2]));
    if (found?.ModelPackageArn) return found.ModelPackageArn;
    throw misuse(
      `Model package group '${group}' has no version ${versioned[2]}. 'telar models' lists the ones there are.`,
    );
  }
  const pending = summaries.filter(({ ModelApprovalStatus }) => ModelApprovalStatus === 'PendingManualApproval');
  if (pending.length === 0) {
    const where = group === undefined ? '' : ` in '${group}'`;
    throw misuse(`No model${where} waits for approval. Name one: 'telar models' lists them, as GROUP/VERSION.`);
  }
  const groups = new Set(pending.map(({ ModelPackageGroupName }) => ModelPackageGroupName));
  if (groups.size > 1 && process.stdin.isTTY && context.out.live()) return choose(pending);
  return pending[0]!.ModelPackageArn!;
}

/** With several groups in play and someone at the terminal, the newest is only a guess: ask. */
async function choose(pending: readonly ModelPackageSummary[]): Promise<string> {
  const { isCancel, select } = await import('@clack/prompts');
  const answer = await select({
    message: 'Which model?',
    options: pending.map(({ ModelPackageArn = '', CreationTime }) => ({
      value: ModelPackageArn,
      label: ModelPackageArn.split('model-package/')[1] ?? ModelPackageArn,
      hint: CreationTime?.toISOString() ?? '',
    })),
  });
  if (isCancel(answer)) throw misuse('Nothing was chosen, and nothing was changed.');
  return answer;
}

/** Versions of one group or of all, the newest first. */
async function versions({ sagemaker }: Clients, group: string | undefined): Promise<ModelPackageSummary[]> {
  const client = await sagemaker();
  const names = group === undefined ? await groupNames({ sagemaker }) : [group];
  const lists = await Promise.all(
    names.map((ModelPackageGroupName) =>
      everyPage(async (NextToken) => {
        const page = await client.listModelPackages({ ModelPackageGroupName, MaxResults: PAGE, NextToken });
        return { items: page.ModelPackageSummaryList, next: page.NextToken };
      }),
    ),
  );
  const time = ({ CreationTime }: ModelPackageSummary) => CreationTime?.getTime() ?? 0;
  return lists.flat().sort((a, b) => time(b) - time(a) || (b.ModelPackageVersion ?? 0) - (a.ModelPackageVersion ?? 0));
}

async function groupNames({ sagemaker }: Pick<Clients, 'sagemaker'>): Promise<string[]> {
  const client = await sagemaker();
  const groups = await everyPage(async (NextToken) => {
    const page = await client.listModelPackageGroups({ MaxResults: PAGE, NextToken });
    return { items: page.ModelPackageGroupSummaryList, next: page.NextToken };
  });
  return groups.flatMap(({ ModelPackageGroupName }) => ModelPackageGroupName ?? []);
}

async function modelOf(on: Clients, summary: ModelPackageSummary): Promise<Model> {
  const arn = summary.ModelPackageArn ?? '';
  const client = await on.sagemaker();
  const { ModelMetrics } = await client.describeModelPackage({ ModelPackageName: arn });
  const uri = ModelMetrics?.ModelQuality?.Statistics?.S3Uri;
  return {
    arn,
    group: summary.ModelPackageGroupName ?? lastPart(arn),
    version: summary.ModelPackageVersion ?? 0,
    approval: summary.ModelApprovalStatus ?? '',
    createdAt: summary.CreationTime,
    metrics: uri ? await metricsAt(on, uri) : [],
  };
}

function record({ arn, createdAt, ...model }: Model) {
  return { modelPackageArn: arn, ...model, createdAt: createdAt?.toISOString() ?? null };
}
