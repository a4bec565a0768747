/** Finds the benchmarks of a folder: each is a file NAME.bench.ts that exports `bench`. */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Bench } from './figures.ts';

const ENDING = '.bench.ts';

/** The names of all benchmarks of a folder, in order. */
export function benchNames(folder: string): string[] {
  return fs
    .readdirSync(folder)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .sort();
}

/** Loads one benchmark. Throws, naming the file, where it exports none, or one of another name. */
export async function loadBench(folder: string, name: string): Promise<Bench> {
  const file = path.join(folder, `${name}${ENDING}`);
  const loaded: { bench?: Partial<Bench> } = await import(pathToFileURL(file).href);
  const bench = loaded.bench;
  const complete =
    typeof bench?.describe === 'string' && Array.isArray(bench.notMeasured) && typeof bench.run === 'function';
  if (!complete)
    throw new Error(`${file} must export \`bench\` with name, describe, notMeasured and run (bench/lib/figures.ts).`);
  if (bench.name !== name)
    throw new Error(`${file} exports the bench "${bench.name}". Give it the name of its file: "${name}".`);
  return bench as Bench;
}
