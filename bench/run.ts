/**
 * `npm run bench -- [NAME] [--record]`: runs the benchmark bench/NAME.bench.ts, or all, each in a process of its own, so that
 * none finds the heap and the compiled code of another. Progress goes to standard error; the last line on standard output is
 * one JSON object for each benchmark: `{"bench", "figures": [{"name", "value", "unit", "target", "met", "peer"?, "ratio"?}],
 * "machine"}`. With --record its section of bench/README.md is written anew. Ends with 0 if all ran, whether or not they met
 * their targets, 1 if one failed, 2 if there is no such benchmark.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { benchNames, loadBench } from './lib/find.ts';
import { capacity, describeMachine, waitForCalm } from './lib/machine.ts';
import { type Report, record } from './lib/report.ts';

const folder = import.meta.dirname;

async function runOne(name: string, recorded: boolean): Promise<void> {
  const started = performance.now();
  const progress = (line: string) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds} s  ${name}: ${line}\n`);
  };
  const bench = await loadBench(folder, name);
  progress(bench.describe);
  const before = await waitForCalm(progress);
  const figures = await bench.run(progress);
  const after = await capacity();
  const report: Report = { bench: name, figures, machine: describeMachine(before, after) };
  if (recorded) {
    const readme = path.join(folder, 'README.md');
    fs.writeFileSync(readme, record(fs.readFileSync(readme, 'utf8'), bench, report));
  }
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

/** Each in its own process, in turn: two at once would measure each other. */
function runAll(names: string[], recorded: boolean): number {
  const failed = names.filter((name) => {
    const { status } = spawnSync(process.execPath, [import.meta.filename, name, ...(recorded ? ['--record'] : [])], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    return status !== 0;
  });
  if (failed.length > 0)
    process.stderr.write(`These benchmarks failed: ${failed.join(', ')}. Their own messages are above.\n`);
  return failed.length === 0 ? 0 : 1;
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { record: { type: 'boolean', default: false } },
});
const names = benchNames(folder);
const unknown = positionals.filter((name) => !names.includes(name));
const [only] = positionals;
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}. There are: ${names.join(', ') || 'none yet'}.\n`);
  process.exitCode = 2;
} else if (only !== undefined && positionals.length === 1) {
  await runOne(only, values.record);
} else process.exitCode = runAll(only === undefined ? names : positionals, values.record);
