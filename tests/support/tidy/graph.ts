/** Who refers to whom: the references of all scripts, resolved to files of the repository. */
import path from 'node:path';
import type { Reference, SourceFile } from './source.ts';
import { isScript } from './source.ts';

export type Edge = { from: SourceFile; reference: Reference; to: SourceFile };

/** Where a relative specifier leads, as a path of the repository; undefined for a package or a Node module. */
export function target(from: SourceFile, specifier: string): string | undefined {
  return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(from.path), specifier) : undefined;
}

/** Every reference from one file of the repository to another. */
export function edges(files: readonly SourceFile[]): Edge[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return files.filter(isScript).flatMap((from) =>
    from.syntax().references.flatMap((reference) => {
      const to = byPath.get(target(from, reference.specifier) ?? '');
      return to ? [{ from, reference, to }] : [];
    }),
  );
}

/** One shortest way round for each group of files that import each other in a circle (type imports included). */
export function cycles(files: readonly SourceFile[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, reference, to } of edges(files)) {
    if (reference.kind === 'import') next.set(from.path, [...(next.get(from.path) ?? []), to.path]);
  }
  const reported = new Set<string>();
  const found: string[][] = [];
  for (const start of next.keys()) {
    if (reported.has(start)) continue;
    const round = shortestRound(start, next);
    if (!round) continue;
    for (const file of round) reported.add(file);
    found.push(round);
  }
  return found;
}

/** Breadth first from `start` back to itself. */
function shortestRound(start: string, next: Map<string, string[]>): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const at of queue) {
    for (const to of next.get(at) ?? []) {
      if (to === start) return wayTo(start, at, cameFrom);
      if (cameFrom.has(to)) continue;
      cameFrom.set(to, at);
      queue.push(to);
    }
  }
  return undefined;
}

function wayTo(start: string, end: string, cameFrom: Map<string, string>): string[] {
  const way = [end];
  for (let at = end; at !== start; ) {
    at = cameFrom.get(at) as string;
    way.unshift(at);
  }
  return way;
}
