/**
 * Regular expressions of filter patterns (`%…%`), as far as CloudWatch Logs takes them: no groups, ASCII only.
 *
 * Without groups an expression is a list of alternatives, each a row of character classes that may be optional or repeated.
 * Such rows are followed bit by bit, all at once (Shift-And, extended as in Navarro and Raffinot, "Flexible Pattern
 * Matching in Strings", §4.2), so that there is nothing to go back to.
 *
 * R1. Each character of a text costs the same, whatever the expression and whatever came before: at most LANES steps.
 * R2. An expression that is not taken is refused by name when it is compiled; matching never throws.
 */
import { patternError } from './errors.ts';

export type Regex = { test(text: string): boolean };

/** Bits of a lane: fewer than 32, so that the carry of an addition can be seen. */
const LANE = 30;
const FULL = 2 ** LANE - 1;
const LANES = 4;
/** Class 128 stands for every character that is not ASCII. */
const OTHER = 128;
const CLASSES = OTHER + 1;
const MOST_REPEATS = 100;

type CharacterSet = readonly boolean[];
type Item = { set: CharacterSet; optional: boolean; repeated: boolean };
type Alternative = { items: Item[]; fromStart: boolean; toEnd: boolean };

const setOf = (holds: (code: number) => boolean): CharacterSet =>
  Array.from({ length: CLASSES }, (_, code) => holds(code));
const inRange = (from: string, to: string) => (code: number) => code >= from.charCodeAt(0) && code <= to.charCodeAt(0);
const digit = setOf(inRange('0', '9'));
const word = setOf((code) => digit[code]! || inRange('a', 'z')(code) || inRange('A', 'Z')(code) || code === 95);
const space = setOf((code) => code === 32 || inRange('\t', '\r')(code));
const not = (set: CharacterSet): CharacterSet => set.map((held) => !held);
const any = setOf((code) => code !== 10);
const SHORTHANDS: Readonly<Record<string, CharacterSet>> = {
  ...{ d: digit, D: not(digit), w: word, W: not(word), s: space, S: not(space) },
  ...{ t: setOf((code) => code === 9), n: setOf((code) => code === 10), r: setOf((code) => code === 13) },
};
/** What may stand for itself: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
const LITERAL = /[A-Za-z0-9:_#=@/;,\- ]/;
const OPERATORS = '^$?[]{}|\\*+.()%"';

/** @throws InvalidParameterException for what CloudWatch Logs' expressions do not have, and for one that is too long */
export function compileRegex(source: string): Regex {
  return automaton(parse(source), source);
}

function parse(source: string): Alternative[] {
  const refuse = (what: string) => patternError(`The regular expression %${source}% is not supported: ${what}.`);
  let at = 0;

  function escaped(): CharacterSet {
    const letter = source[at + 1];
    if (letter === undefined) throw refuse('it ends in a backslash');
    at += 2;
    if (letter === 'x') {
      const digits = /^[0-7][0-9a-fA-F]/.exec(source.slice(at))?.[0];
      if (!digits) throw refuse("'\\x' stands before two hexadecimal digits of an ASCII character");
      at += 2;
      return setOf((code) => code === Number.parseInt(digits, 16));
    }
    if (Object.hasOwn(SHORTHANDS, letter)) return SHORTHANDS[letter]!;
    if (OPERATORS.includes(letter) || LITERAL.test(letter)) {
      if (/[A-Za-z0-9]/.test(letter)) throw refuse(`there is no '\\${letter}'`);
      return setOf((code) => code === letter.charCodeAt(0));
    }
    throw refuse(`there is no '\\${letter}'`);
  }

  /** One member of a class, or the single character that may begin a range. */
  function member(): CharacterSet {
    const letter = source[at]!;
    if (letter === '\\') return escaped();
    if (!LITERAL.test(letter) && !'^$?{}|*+.'.includes(letter)) throw refuse(`'${letter}' cannot stand in it`);
    at += 1;
    return setOf((code) => code === letter.charCodeAt(0));
  }

  function characterClass(): CharacterSet {
    at += 1;
    const negated = source[at] === '^';
    if (negated) at += 1;
    const members: CharacterSet[] = [];
    while (source[at] !== ']') {
      if (at >= source.length) throw refuse("a '[' has no ']'");
      const first = member();
      if (source[at] !== '-' || source[at + 1] === ']' || source[at + 1] === undefined) {
        members.push(first);
        continue;
      }
      at += 1;
      const [from, to] = [first, member()].map((set) => set.indexOf(true)) as [number, number];
      if (from > to) throw refuse('a range of characters runs backwards');
      members.push(setOf((code) => code >= from && code <= to));
    }
    at += 1;
    if (members.length === 0) throw refuse('a class of characters is empty');
    const all = setOf((code) => members.some((one) => one[code]));
    return negated ? not(all) : all;
  }

  function atom(): CharacterSet {
    const letter = source[at]!;
    if (letter === '[') return characterClass();
    if (letter === '\\') return escaped();
    if (letter === '(' || letter === ')') throw refuse('parentheses are not part of it');
    if (letter === '^' || letter === '$') throw refuse(`'${letter}' anchors a whole alternative only`);
    if ('?*+{}]'.includes(letter)) throw refuse(`'${letter}' has nothing to act on`);
    if (letter !== '.' && !LITERAL.test(letter)) throw refuse(`'${letter}' cannot stand in it`);
    at += 1;
    return letter === '.' ? any : setOf((code) => code === letter.charCodeAt(0));
  }

  /** How often the atom before may stand: at least, and at most. */
  function quantifier(): [number, number] {
    const letter = source[at];
    if (letter !== '{') {
      if (letter === undefined || !'?*+'.includes(letter)) return [1, 1];
      at += 1;
      return letter === '?' ? [0, 1] : [letter === '*' ? 0 : 1, Number.POSITIVE_INFINITY];
    }
    const counts = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(source.slice(at));
    if (!counts) throw refuse("'{' begins a count: {n}, {n,} or {n,m}");
    at += counts[0].length;
    const least = Number(counts[1]);
    const most = !counts[2] ? least : counts[3] === '' ? Number.POSITIVE_INFINITY : Number(counts[3]);
    if (least > most) throw refuse(`the count ${counts[0]} runs backwards`);
    if (least > MOST_REPEATS || (most > MOST_REPEATS && most !== Number.POSITIVE_INFINITY))
      throw refuse(`a count goes to ${MOST_REPEATS} at most`);
    return [least, most];
  }

  function alternative(): Alternative {
    const items: Item[] = [];
    const fromStart = source[at] === '^';
    if (fromStart) at += 1;
    while (at < source.length && source[at] !== '|' && !(source[at] === '$' && ended(at + 1))) {
      const set = atom();
      const [least, most] = quantifier();
      for (let n = 0; n < least; n += 1) items.push({ set, optional: false, repeated: false });
      if (most !== Number.POSITIVE_INFINITY) {
        for (let n = least; n < most; n += 1) items.push({ set, optional: true, repeated: false });
      } else if (least === 0) items.push({ set, optional: true, repeated: true });
      else items.at(-1)!.repeated = true;
    }
    const toEnd = source[at] === '$';
    if (toEnd) at += 1;
    return { items, fromStart, toEnd };
  }
  const ended = (position: number) => position >= source.length || source[position] === '|';

  const alternatives = [alternative()];
  while (at < source.length) {
    at += 1; // the '|'
    alternatives.push(alternative());
  }
  return alternatives;
}

/** A row of bits for each alternative: one for each item, "this item may come next", and one for its end. */
function automaton(alternatives: readonly Alternative[], source: string): Regex {
  const positions = alternatives.reduce((sum, { items }) => sum + items.length + 1, 0);
  const lanes = Math.ceil(positions / LANE);
  if (lanes > LANES) {
    throw patternError(
      `The regular expression %${source}% is too long: with its counts written out it has ${positions} parts, and ${LANE * LANES} are taken.`,
    );
  }
  const bits = () => new Int32Array(lanes);
  const [optional, repeated, always, atStart, accept, acceptAtEnd] = [bits(), bits(), bits(), bits(), bits(), bits()];
  const consumes = new Int32Array(CLASSES * lanes);
  let position = 0;
  const set = (row: Int32Array, base = 0) => {
    row[base + Math.floor(position / LANE)]! |= 1 << (position % LANE);
  };
  for (const { items, fromStart, toEnd } of alternatives) {
    set(fromStart ? atStart : always);
    for (const item of items) {
      for (let code = 0; code < CLASSES; code += 1) if (item.set[code]) set(consumes, code * lanes);
      if (item.optional) set(optional);
      if (item.repeated) set(repeated);
      position += 1;
    }
    set(toEnd ? acceptAtEnd : accept);
    position += 1;
  }

  /** Whatever may come next if optional items are left out, too: an addition carries through each run of them. */
  function skipOptional(active: Int32Array): void {
    let carry = 0;
    for (let lane = 0; lane < lanes; lane += 1) {
      const mine = active[lane]! | carry;
      const skippable = mine & optional[lane]!;
      const reached = mine | skippable | ((optional[lane]! + skippable) ^ optional[lane]!);
      carry = (reached >>> LANE) & 1;
      active[lane] = reached & FULL;
    }
  }

  function meets(active: Int32Array, row: Int32Array): boolean {
    for (let lane = 0; lane < lanes; lane += 1) if (active[lane]! & row[lane]!) return true;
    return false;
  }

  return {
    test(text) {
      const active = bits();
      for (let lane = 0; lane < lanes; lane += 1) active[lane] = always[lane]! | atStart[lane]!;
      skipOptional(active);
      for (let at = 0; at < text.length; at += 1) {
        if (meets(active, accept)) return true;
        const code = text.charCodeAt(at);
        const base = (code < OTHER ? code : OTHER) * lanes;
        let shifted = 0;
        for (let lane = 0; lane < lanes; lane += 1) {
          const matched = active[lane]! & consumes[base + lane]!;
          active[lane] = (((matched << 1) | shifted) & FULL) | (matched & repeated[lane]!) | always[lane]!;
          shifted = (matched >>> (LANE - 1)) & 1;
        }
        skipOptional(active);
      }
      return meets(active, accept) || meets(active, acceptAtEnd);
    },
  };
}
