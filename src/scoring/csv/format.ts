/**
 * Numbers as Python writes them (`repr` of a float), which is how AWS's XGBoost container prints predictions: the shortest decimal
 * that reads back as the same double.
 *
 * P1. `writePrediction` writes the same as `pythonFloat`, for every float32. It makes no text: a million of them for each file
 *     would be work for the collector, and memory that grows.
 */

/** @example pythonFloat(1) === '1.0'; pythonFloat(0.00001) === '1e-05' */
export function pythonFloat(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e16) return Number.isInteger(value) ? `${value}.0` : `${value}`;
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (Number.isNaN(value)) return 'nan';
  if (size === Number.POSITIVE_INFINITY) return value > 0 ? 'inf' : '-inf';
  // Python has two digits of exponent at least.
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

/** What Python's json writes of a float that is none of JSON's. @example jsonFloat(Number.NaN) // 'NaN' */
export const jsonFloat = (value: number): string =>
  Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';

/** Bytes that a number may take. */
export const LONGEST_NUMBER = 32;

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;

/** Writes a float32 as ASCII. @returns where it ends */
export function writePrediction(value: number, bytes: Uint8Array, start: number): number {
  const size = Math.abs(value);
  // Float32 from 2^23 on are whole; powers of two have a nearer neighbour below, for which the rule of digits is another.
  if (!(size >= 1e-4 && size < 2 ** 23) || isPowerOfTwo(size)) return writeText(pythonFloat(value), bytes, start);
  let at = start;
  if (value < 0) bytes[at++] = MINUS;
  const whole = Math.floor(size);
  at = writeWhole(whole, bytes, at);
  bytes[at++] = POINT;
  return writeFraction(size - whole, halfStep(size), bytes, at);
}

/** Digits that are taken at once, as one whole number. */
const CHUNK = 7;

/**
 * Chunks, then digit by digit, until the number so far, or the next above, is nearer to the value than half the step to the next double. All
 * of it is exact: a float32 leaves more than enough bits of a double to multiply its fraction by ten.
 */
function writeFraction(fraction: number, half: number, bytes: Uint8Array, start: number): number {
  if (fraction === 0) {
    bytes[start] = ZERO;
    return start + 1;
  }
  let at = start;
  let rest = fraction;
  let near = half;
  // What is not near enough after a chunk was not before.
  for (;;) {
    const scaled = rest * 10 ** CHUNK;
    const chunk = Math.floor(scaled);
    const after = scaled - chunk;
    const nearAfter = near * 10 ** CHUNK;
    if (after < nearAfter || 1 - after < nearAfter) break;
    at = writeDigits(chunk, bytes, at);
    rest = after;
    near = nearAfter;
  }
  for (;;) {
    rest *= 10;
    near *= 10;
    const digit = Math.floor(rest);
    rest -= digit;
    bytes[at++] = ZERO + digit;
    // In the very middle of two, the even digit.
    const isLower = rest < 0.5 || (rest === 0.5 && digit % 2 === 0);
    if (rest < near && isLower) return at;
    if (1 - rest < near) {
      // Never a 9: one digit less would have done.
      bytes[at - 1]! += 1;
      return at;
    }
  }
}

function writeDigits(chunk: number, bytes: Uint8Array, start: number): number {
  let rest = chunk | 0;
  for (let at = start + CHUNK - 1; at >= start; at -= 1) {
    const tenth = (rest / 10) | 0;
    bytes[at] = ZERO + (rest - tenth * 10);
    rest = tenth;
  }
  return start + CHUNK;
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

function isPowerOfTwo(size: number): boolean {
  double[0] = size;
  return words[0] === 0 && (words[1]! & 0xfffff) === 0;
}

/** Half of the distance from a double to the next, by its exponent. */
const HALF_STEPS = Float64Array.from({ length: 64 }, (_, index) => 2 ** (index - 32 - 53));

function halfStep(size: number): number {
  double[0] = size;
  return HALF_STEPS[(words[1]! >>> 20) - 1023 + 32]!;
}

function writeWhole(whole: number, bytes: Uint8Array, start: number): number {
  let end = start + 1;
  for (let rest = whole; rest >= 10; rest = Math.floor(rest / 10)) end += 1;
  let rest = whole;
  for (let at = end - 1; at >= start; at -= 1) {
    bytes[at] = ZERO + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return end;
}

/** ASCII. @returns where it ends */
export function writeText(text: string, bytes: Uint8Array, start: number): number {
  for (let index = 0; index < text.length; index += 1) bytes[start + index] = text.charCodeAt(index);
  return start + text.length;
}
