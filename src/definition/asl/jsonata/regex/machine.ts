/**
 * Runs a regular expression's program by backtracking, as JavaScript's semantics ask for, and counts every instruction: an
 * expression whose matching explodes fails after its share of the evaluation's steps, everywhere after the same number.
 *
 * The platform's own engine cannot be bounded from within, and its linear one knows no look-around and no references.
 *
 * The stack is cleared between attempts: a match leaves the slots' old values on it, and nothing asks for them.
 */
import { memoryExceeded, spend } from '../limits.ts';
import type { Match, Run } from '../values.ts';
import { type CharacterSet, canonical, newline, wordCharacter } from './characters.ts';
import type { Instruction, Program } from './program.ts';

/** Characters that are only looked at, in the time of an instruction, which is that of a step. */
const CHARACTERS_PER_STEP = 8;
/** Choices that wait at once: some megabytes. */
const MOST_CHOICES = 100_000;

type Machine = {
  readonly program: Program;
  readonly text: string;
  readonly run: Run;
  readonly slots: number[];
  readonly stack: Choice[];
  /** The next instruction, and the place in the text. */
  at: number;
  place: number;
  /** Instructions not yet charged. */
  done: number;
};

/** What is tried when the way taken fails: another way; a slot as it was; a shorter, or a longer, run of characters. */
type Choice =
  | { readonly kind: 'way'; readonly at: number; readonly place: number }
  | { readonly kind: 'slot'; readonly slot: number; readonly value: number }
  | { readonly kind: 'shorter'; readonly at: number; readonly least: number; place: number }
  | { readonly kind: 'longer'; readonly at: number; readonly most: number; readonly set: CharacterSet; place: number };

/** The first match that begins at or behind a place. */
export function execute(program: Program, text: string, from: number, run: Run): Match | undefined {
  const slots = new Array<number>(program.slots).fill(-1);
  const machine: Machine = { program, text, run, slots, stack: [], at: 0, place: 0, done: 0 };
  const last = isAnchored(program) ? 0 : text.length;
  let start = from;
  for (; start <= last; start += 1) {
    if (program.first) start = nextIn(machine, program.first, start);
    if (start > last) break;
    slots.fill(-1);
    machine.stack.length = 0;
    if (!attempt(machine, 0, start)) continue;
    settle(machine);
    return { start, end: machine.place, groups: groupsOf(machine) };
  }
  settle(machine);
  return undefined;
}

/** The next place that has a character of the set; behind the text where there is none. */
function nextIn(machine: Machine, { has, only }: CharacterSet, from: number): number {
  const { text } = machine;
  let place = from;
  if (only !== undefined) {
    const found = text.indexOf(String.fromCharCode(only), from);
    place = found < 0 ? text.length + 1 : found;
  } else {
    while (place < text.length && !has(text.charCodeAt(place))) place += 1;
    if (place === text.length) place += 1;
  }
  charge(machine, (place - from) / CHARACTERS_PER_STEP);
  return place;
}

function isAnchored({ instructions: [first], multiline }: Program): boolean {
  return first?.op === 'assert' && first.what === 'start' && !multiline;
}

function charge(machine: Machine, count: number): void {
  machine.done += count;
  if (machine.done > 1_000) settle(machine);
}

function settle(machine: Machine): void {
  spend(machine.run, machine.done);
  if (machine.stack.length > MOST_CHOICES) throw memoryExceeded();
  machine.done = 0;
}

function groupsOf({ program, slots, text }: Machine): (string | undefined)[] {
  return Array.from({ length: program.groups }, (_none, index) => {
    const [from, to] = [slots[2 * index + 2] as number, slots[2 * index + 3] as number];
    return from < 0 || to < 0 ? undefined : text.slice(from, to);
  });
}

/** Runs from an instruction and a place to a `match`, which the machine then stands at. */
function attempt(machine: Machine, at: number, place: number): boolean {
  const base = machine.stack.length;
  machine.at = at;
  machine.place = place;
  for (;;) {
    charge(machine, 1);
    const instruction = machine.program.instructions[machine.at] as Instruction;
    if (instruction.op === 'match') {
      forgetWays(machine, base);
      return true;
    }
    if (!advance(machine, instruction) && !retreat(machine, base)) return false;
  }
}

/** Does one instruction. @returns false where it fails */
function advance(machine: Machine, instruction: Exclude<Instruction, { op: 'match' }>): boolean {
  switch (instruction.op) {
    case 'set':
      return readOne(machine, instruction.set, instruction.step);
    case 'run':
      return readRun(machine, instruction);
    case 'split':
      machine.stack.push({ kind: 'way', at: instruction.second, place: machine.place });
      machine.at = instruction.first;
      return true;
    case 'jump':
      machine.at = instruction.to;
      return true;
    case 'save':
      setSlot(machine, instruction.slot, machine.place);
      machine.at += 1;
      return true;
    case 'clear':
      for (let slot = instruction.from; slot < instruction.to; slot += 1) setSlot(machine, slot, -1);
      machine.at += 1;
      return true;
    case 'progress':
      machine.at += 1;
      return machine.slots[instruction.slot] !== machine.place;
    case 'assert':
      machine.at += 1;
      return holds(machine, instruction.what);
    case 'backreference':
      return readAgain(machine, instruction.index, instruction.step);
    case 'look':
      return look(machine, instruction.wanted, instruction.end);
  }
}

function setSlot({ slots, stack }: Machine, slot: number, value: number): void {
  const before = slots[slot] as number;
  if (before === value) return;
  stack.push({ kind: 'slot', slot, value: before });
  slots[slot] = value;
}

function readOne(machine: Machine, set: CharacterSet, step: 1 | -1): boolean {
  const { text, place } = machine;
  const at = step === 1 ? place : place - 1;
  if (at < 0 || at >= text.length || !set.has(text.charCodeAt(at))) return false;
  machine.place += step;
  machine.at += 1;
  return true;
}

function readRun(machine: Machine, { set, least, most, greedy }: Instruction & { op: 'run' }): boolean {
  const { text, place } = machine;
  const furthest = Math.min(text.length, place + most);
  const wanted = greedy ? furthest : Math.min(furthest, place + least);
  let end = place;
  while (end < wanted && set.has(text.charCodeAt(end))) end += 1;
  charge(machine, (end - place) / CHARACTERS_PER_STEP);
  if (end < place + least) return false;
  machine.at += 1;
  if (greedy && end > place + least)
    machine.stack.push({ kind: 'shorter', at: machine.at, least: place + least, place: end });
  if (!greedy) machine.stack.push({ kind: 'longer', at: machine.at, most: furthest, set, place: end });
  machine.place = end;
  return true;
}

function holds({ program, text, place }: Machine, what: 'start' | 'end' | 'boundary' | 'no-boundary'): boolean {
  if (what === 'start') return place === 0 || (program.multiline && newline(text.charCodeAt(place - 1)));
  if (what === 'end') return place === text.length || (program.multiline && newline(text.charCodeAt(place)));
  const before = place > 0 && wordCharacter(text.charCodeAt(place - 1));
  const behind = place < text.length && wordCharacter(text.charCodeAt(place));
  return (before !== behind) === (what === 'boundary');
}

/** What a group has found, once more; a group that has found nothing is found everywhere. */
function readAgain(machine: Machine, index: number, step: 1 | -1): boolean {
  const { program, slots, text, place } = machine;
  const [from, to] = [slots[2 * index] as number, slots[2 * index + 1] as number];
  machine.at += 1;
  if (from < 0 || to < 0) return true;
  const length = to - from;
  const start = step === 1 ? place : place - length;
  if (start < 0 || start + length > text.length) return false;
  charge(machine, length);
  for (let offset = 0; offset < length; offset += 1) {
    const [one, other] = [text.charCodeAt(from + offset), text.charCodeAt(start + offset)];
    if (one !== other && !(program.ignoreCase && canonical(one) === canonical(other))) return false;
  }
  machine.place += step * length;
  return true;
}

/** Tries what stands in a look-around, from here, and comes back. What groups in one that is wanted have found is kept. */
function look(machine: Machine, wanted: boolean, end: number): boolean {
  const { at, place, stack } = machine;
  const base = stack.length;
  const found = attempt(machine, at + 1, place);
  if (found && !wanted) while (stack.length > base) undo(machine, stack.pop());
  machine.at = end;
  machine.place = place;
  return found === wanted;
}

function undo({ slots }: Machine, choice: Choice | undefined): void {
  if (choice?.kind === 'slot') slots[choice.slot] = choice.value;
}

/** Ways not tried are given up; slots can still be put back. */
function forgetWays({ stack }: Machine, base: number): void {
  let kept = base;
  for (let index = base; index < stack.length; index += 1) {
    const choice = stack[index] as Choice;
    if (choice.kind !== 'slot') continue;
    stack[kept] = choice;
    kept += 1;
  }
  stack.length = kept;
}

/** Goes back to the last choice that has another way. @returns false where there is none above `base` */
function retreat(machine: Machine, base: number): boolean {
  const { stack, text } = machine;
  while (stack.length > base) {
    charge(machine, 1);
    const choice = stack[stack.length - 1] as Choice;
    if (choice.kind === 'shorter') {
      choice.place -= 1;
      if (choice.place <= choice.least) stack.pop();
      return go(machine, choice);
    }
    if (choice.kind === 'longer') {
      if (choice.place < choice.most && choice.set.has(text.charCodeAt(choice.place))) {
        choice.place += 1;
        return go(machine, choice);
      }
      stack.pop();
      continue;
    }
    stack.pop();
    if (choice.kind === 'way') return go(machine, choice);
    undo(machine, choice);
  }
  return false;
}

function go(machine: Machine, { at, place }: { at: number; place: number }): true {
  machine.at = at;
  machine.place = place;
  return true;
}
