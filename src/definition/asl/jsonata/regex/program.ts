/** A regular expression as instructions for a machine that backtracks (machine.ts). */
import type { CharacterSet } from './characters.ts';
import type { ParsedRegex, RegexNode } from './syntax.ts';
import { unsupportedRegex } from './syntax.ts';

/** `step`: 1 reads forwards, -1 (in a look-behind) backwards. Places are those of instructions. */
export type Instruction =
  | { readonly op: 'set'; readonly set: CharacterSet; readonly step: 1 | -1 }
  /** A run of characters of one set, forwards. */
  | {
      readonly op: 'run';
      readonly set: CharacterSet;
      readonly least: number;
      readonly most: number;
      readonly greedy: boolean;
    }
  | { readonly op: 'split'; readonly first: number; readonly second: number }
  | { readonly op: 'jump'; to: number }
  /** Remembers the place in the text: the ends of groups, and where a repetition began. */
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'clear'; readonly from: number; readonly to: number }
  /** Fails where a repetition has read nothing. */
  | { readonly op: 'progress'; readonly slot: number }
  | { readonly op: 'assert'; readonly what: 'start' | 'end' | 'boundary' | 'no-boundary' }
  | { readonly op: 'backreference'; readonly index: number; readonly step: 1 | -1 }
  | { readonly op: 'look'; readonly wanted: boolean; end: number }
  | { readonly op: 'match' };

export type Program = {
  readonly instructions: readonly Instruction[];
  /** Two to a group, the whole match being the first; then one to a repetition. */
  readonly slots: number;
  readonly groups: number;
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  /** What every match begins with a character of, where that is known. */
  readonly first: CharacterSet | undefined;
};

/** `{1000}` is written out: so large a program is nobody's. */
const MOST_INSTRUCTIONS = 5_000;

type Writer = { readonly code: Instruction[]; slots: number };

export function programOf({ body, groups }: ParsedRegex, ignoreCase: boolean, multiline: boolean): Program {
  const writer: Writer = { code: [], slots: 2 * (groups + 1) };
  write(writer, body, 1);
  emit(writer, { op: 'match' });
  return { instructions: writer.code, slots: writer.slots, groups, ignoreCase, multiline, first: firstOf(body) };
}

function firstOf(node: RegexNode): CharacterSet | undefined {
  if (node.kind === 'set') return node.set;
  if (node.kind === 'group') return firstOf(node.body);
  if (node.kind === 'sequence' && node.parts[0]) return firstOf(node.parts[0]);
  return node.kind === 'repeat' && node.least > 0 ? firstOf(node.body) : undefined;
}

function emit<T extends Instruction>(writer: Writer, instruction: T): T {
  if (writer.code.length >= MOST_INSTRUCTIONS)
    throw unsupportedRegex('The regular expression is too large: its repetitions multiply');
  writer.code.push(instruction);
  return instruction;
}

function write(writer: Writer, node: RegexNode, step: 1 | -1): void {
  switch (node.kind) {
    case 'set':
      emit(writer, { op: 'set', set: node.set, step });
      return;
    case 'sequence':
      for (const part of step === 1 ? node.parts : [...node.parts].reverse()) write(writer, part, step);
      return;
    case 'choice':
      return writeChoice(writer, node.parts, step);
    case 'group':
      emit(writer, { op: 'save', slot: 2 * node.index + (step === 1 ? 0 : 1) });
      write(writer, node.body, step);
      emit(writer, { op: 'save', slot: 2 * node.index + (step === 1 ? 1 : 0) });
      return;
    case 'repeat':
      return writeRepeat(writer, node, step);
    case 'look': {
      const look = emit(writer, { op: 'look', wanted: node.wanted, end: 0 });
      write(writer, node.body, node.ahead ? 1 : -1);
      emit(writer, { op: 'match' });
      look.end = writer.code.length;
      return;
    }
    case 'backreference':
      emit(writer, { op: 'backreference', index: node.index, step });
      return;
    case 'assertion':
      emit(writer, { op: 'assert', what: node.what });
  }
}

/** Reserves a place for a split, whose ends are known later. */
function reserve(writer: Writer): number {
  emit(writer, { op: 'match' });
  return writer.code.length - 1;
}

function writeChoice(writer: Writer, parts: readonly RegexNode[], step: 1 | -1): void {
  const ends: { op: 'jump'; to: number }[] = [];
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1) {
      write(writer, part, step);
      break;
    }
    const split = reserve(writer);
    write(writer, part, step);
    ends.push(emit(writer, { op: 'jump', to: 0 }));
    writer.code[split] = { op: 'split', first: split + 1, second: writer.code.length };
  }
  for (const end of ends) end.to = writer.code.length;
}

type Repeat = RegexNode & { kind: 'repeat' };

function writeRepeat(writer: Writer, node: Repeat, step: 1 | -1): void {
  const { body, least, most, greedy } = node;
  if (body.kind === 'set' && step === 1) {
    emit(writer, { op: 'run', set: body.set, least, most, greedy });
    return;
  }
  for (let count = 0; count < least; count += 1) writeBody(writer, node, step);
  if (most === Number.POSITIVE_INFINITY) {
    const split = reserve(writer);
    writeOptional(writer, node, step);
    emit(writer, { op: 'jump', to: split });
    writer.code[split] = branch(greedy, split + 1, writer.code.length);
    return;
  }
  const splits: number[] = [];
  for (let count = least; count < most; count += 1) {
    splits.push(reserve(writer));
    writeOptional(writer, node, step);
  }
  for (const split of splits) writer.code[split] = branch(greedy, split + 1, writer.code.length);
}

const branch = (greedy: boolean, body: number, end: number): Instruction =>
  greedy ? { op: 'split', first: body, second: end } : { op: 'split', first: end, second: body };

/** Once more, which must read something. */
function writeOptional(writer: Writer, node: Repeat, step: 1 | -1): void {
  const slot = writer.slots;
  writer.slots += 1;
  emit(writer, { op: 'save', slot });
  writeBody(writer, node, step);
  emit(writer, { op: 'progress', slot });
}

/** What groups in a repetition have found is forgotten each time that it begins. */
function writeBody(writer: Writer, { body, groups: [from, to] }: Repeat, step: 1 | -1): void {
  if (to > from) emit(writer, { op: 'clear', from: 2 * (from + 1), to: 2 * (to + 1) });
  write(writer, body, step);
}
