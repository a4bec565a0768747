/** `telar gc`: frees what nobody can reach any more, or says what it would free. */
import type { TelarOutputs } from '../../services/telar/api.ts';
import type { Context } from '../context.ts';
import { type ExitStatus, misuse } from '../errors.ts';
import { clients } from './shared.ts';

type Options = { dryRun?: boolean; keepDays?: string };
type Garbage = TelarOutputs['CollectGarbage'];
type Amount = Garbage['Versions'];

export async function gc(context: Context, { dryRun = false, keepDays }: Options): Promise<ExitStatus> {
  const { out } = context;
  const days = keepDays === undefined ? undefined : daysOf(keepDays);
  const { telar } = clients(context);
  const total = { versions: nothing(), kept: nothing(), files: nothing(), uploads: 0 };
  for (let from: number | undefined = 0; from !== undefined; ) {
    const input = { DryRun: dryRun, From: from, ...(days === undefined ? {} : { KeepDays: days }) };
    const part: Garbage = await telar('CollectGarbage', input);
    add(total.versions, part.Versions);
    add(total.kept, part.KeptForModels);
    add(total.files, part.Files);
    total.uploads += part.Uploads;
    from = part.Next;
  }
  const { accent, bold, dim, symbols } = out.style;
  out.line(`${accent(symbols.done)} ${bold(dryRun ? 'Would free' : 'Freed')}`);
  const versions = (count: number) => `${plural(count, 'version')} of deleted or overwritten objects`;
  const which = dryRun ? 'that belong to no object' : 'that belonged to no object any more';
  out.line(`  ${versions(total.versions.Count)}, ${size(total.versions)}`);
  out.line(`  ${plural(total.files.Count, 'file')} ${which}, ${size(total.files)} of disk`);
  if (total.uploads > 0) out.line(`  ${plural(total.uploads, 'record')} of completed uploads`);
  if (total.kept.Count > 0) {
    out.line(dim(`  ${versions(total.kept.Count)}, ${size(total.kept)}, are kept: models were made from them`));
  }
  out.result({ dryRun, ...total });
  return 0;
}

function daysOf(text: string): number {
  const days = Number(text);
  if (text.trim() === '' || !Number.isFinite(days) || days < 0) {
    throw misuse(`--keep-days takes a number of days, not '${text}'.`);
  }
  return days;
}

const nothing = (): Amount => ({ Count: 0, Bytes: 0 });

function add(total: Amount, { Count, Bytes }: Amount): void {
  total.Count += Count;
  total.Bytes += Bytes;
}

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

function size({ Bytes }: Amount): string {
  const unit = Bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(Bytes) / 3));
  const value = Bytes / 1000 ** unit;
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
