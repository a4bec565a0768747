/**
 * Cases that are known to differ, and why: the table of src/services/machines/README.md, so that what readers are told is what the
 * tests hold Telar to.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const README = path.resolve(import.meta.dirname, '../../../src/services/machines/README.md');
const ROW = /^\| `(?<file>[\w-]+)` \| `(?<name>[^`]+)` \| (?<reason>.+) \|$/gm;

export type Known = { file: string; name: string; reason: string };

export const KNOWN: readonly Known[] = Array.from(
  readFileSync(README, 'utf8').matchAll(ROW),
  ({ groups }) => ({ ...groups }) as Known,
);

/** Why a case differs; undefined when it must not. */
export const reasonToDiffer = (file: string, name: string): string | undefined =>
  KNOWN.find((one) => one.file === file && name.endsWith(one.name))?.reason;
