/** Chance: the execution's own, and Java's generator for a seed that is given. */
import type { Run } from '../values.ts';

/** 53 random bits as a fraction: from 0, below 1. */
export function randomFraction(run: Run): number {
  const bytes = new Uint8Array(8);
  run.scope.random(bytes);
  const view = new DataView(bytes.buffer);
  return ((view.getUint32(0) >>> 5) * 67_108_864 + (view.getUint32(4) >>> 6)) / 9_007_199_254_740_992;
}

const MULTIPLIER = 0x5deece66dn;
const MASK = (1n << 48n) - 1n;

/**
 * The first `nextDouble()` of a `java.util.Random` of that seed, which AWS's `$random(seed)` gives.
 * @example javaRandom(42n) === 0.7275636800328681
 */
export function javaRandom(seed: bigint): number {
  let state = (BigInt.asUintN(64, seed) ^ MULTIPLIER) & MASK;
  const bits = (count: bigint): number => {
    state = (state * MULTIPLIER + 0xbn) & MASK;
    return Number(state >> (48n - count));
  };
  return (bits(26n) * 134_217_728 + bits(27n)) / 9_007_199_254_740_992;
}

/** A version 4 UUID. */
export function randomUuid(run: Run): string {
  const bytes = new Uint8Array(16);
  run.scope.random(bytes);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
