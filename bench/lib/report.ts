/** A benchmark's report: as the one line of JSON that programs read, and as its section of bench/README.md. */
import type { Bench, Figure } from './figures.ts';
import type { Machine } from './machine.ts';

export type Report = { bench: string; figures: Figure[]; machine: Machine };

/** The section of a README that `record` writes: everything between its two comments. */
const begin = (name: string) => `<!-- bench ${name} -->`;
const end = (name: string) => `<!-- end ${name} -->`;

/**
 * A README with the section of this benchmark replaced, or added at its end.
 * Throws where the section begins and does not end: somebody's words would be lost.
 */
export function record(readme: string, bench: Bench, report: Report): string {
  const section = `${begin(bench.name)}\n${markdown(bench, report)}\n${end(bench.name)}`;
  const from = readme.indexOf(begin(bench.name));
  if (from === -1) return `${readme.trimEnd()}\n\n${section}\n`;
  const to = readme.indexOf(end(bench.name), from);
  if (to === -1)
    throw new Error(
      `The README has "${begin(bench.name)}" without "${end(bench.name)}". Write it where the section ends.`,
    );
  return readme.slice(0, from) + section + readme.slice(to + end(bench.name).length);
}

function markdown(bench: Bench, { figures, machine }: Report): string {
  const { before, after, calm } = machine.capacity;
  return [
    `### ${bench.name}`,
    '',
    bench.describe,
    '',
    '| figure | median | min–max (runs) | target | met | peer | times better |',
    '|---|---|---|---|---|---|---|',
    ...figures.map(row),
    '',
    `${machine.date.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.os}, Node ${machine.node}; ` +
      `two threads got ${before} cores before and ${after} after${calm ? '' : ' (not calm)'}.`,
    '',
    `Not measured: ${bench.notMeasured.join('; ')}.`,
  ].join('\n');
}

function row({ name, value, unit, min, max, runs, target, met, peer, ratio }: Figure): string {
  const cells = [
    name,
    `${value} ${unit}`,
    `${min}–${max} (${runs})`,
    target === undefined ? '' : `${target} ${unit}`,
    met === undefined ? '' : met ? 'yes' : 'no',
    peer ? `${peer.name}: ${peer.value} ${unit}` : '',
    ratio === undefined ? '' : String(ratio),
  ];
  return `| ${cells.join(' | ')} |`;
}
