/**
 * Chance that repeats: the same seed gives the same numbers, on every machine and in every version of Node.
 *
 * R1. Integers only feed what is written (32-bit operations, and divisions that IEEE 754 defines exactly); `Math.log` and
 *     the like may differ by a last bit between machines, so what they give is rounded before it is used.
 */
export type Random = {
  /** A whole number of 32 bits. */
  bits(): number;
  /** A whole number from 0 to `below` - 1. */
  integer(below: number): number;
  /** A number from 0 to 1, 1 excluded. */
  fraction(): number;
  /** True in `share` of all cases. */
  chance(share: number): boolean;
};

/** `sfc32`: small, fast, passes PractRand; seeded through splitmix32. */
export function random(seed: number): Random {
  let mixed = seed | 0;
  const next = (): number => {
    mixed = (mixed + 0x9e3779b9) | 0;
    let value = mixed ^ (mixed >>> 16);
    value = Math.imul(value, 0x21f0aaad);
    value ^= value >>> 15;
    value = Math.imul(value, 0x735a2d97);
    return value ^ (value >>> 15);
  };
  let [a, b, c, counter] = [next(), next(), next(), 1];
  const bits = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  const fraction = () => bits() / 4294967296;
  return {
    bits,
    fraction,
    integer: (below) => Math.floor(fraction() * below),
    chance: (share) => fraction() < share,
  };
}

/** From an exponential distribution of this mean, in steps of a 64th of it (see R1). */
export function exponential(chance: Random, mean: number): number {
  return (Math.round(-Math.log(1 - chance.fraction()) * 64) / 64) * mean;
}
