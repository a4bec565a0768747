/**
 * java.util.Random, bit for bit: what AWS draws from when it is given a seed, so that a seed gives here what it gives there.
 * https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Random.html
 */

export type JavaRandom = {
  /** A whole number from `from` on, less than `to`; both of 32 bits. */
  readonly between: (from: number, to: number) => number;
};

const MULTIPLIER = 0x5deece66dn;
const MASK = (1n << 48n) - 1n;

export function javaRandom(seed: number): JavaRandom {
  let state = (BigInt(Math.trunc(seed)) ^ MULTIPLIER) & MASK;
  const next = (bits: number): number => {
    state = (state * MULTIPLIER + 0xbn) & MASK;
    return Number(BigInt.asIntN(32, state >> BigInt(48 - bits)));
  };
  const below = (bound: number): number => {
    if ((bound & -bound) === bound) return Number((BigInt(bound) * BigInt(next(31))) >> 31n);
    for (;;) {
      const bits = next(31);
      const value = bits % bound;
      // What Java writes as an overflow of int: the last, incomplete stretch is drawn again.
      if (bits - value + (bound - 1) <= 0x7fffffff) return value;
    }
  };
  return {
    between: (from, to) => {
      if (to - from <= 0x7fffffff) return from + below(to - from);
      for (;;) {
        const value = next(32);
        if (value >= from && value < to) return value;
      }
    },
  };
}
