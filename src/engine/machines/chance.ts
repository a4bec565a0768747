/**
 * An execution's chance: bytes that look random, and are the same whenever its journal is folded.
 *
 * Block n is SHA-256 of the seed and n: who does not know the seed cannot tell what comes next (task tokens are made of it).
 */
import { createHash } from 'node:crypto';

export type Chance = { fill(bytes: Uint8Array): void };

const BLOCK = 32;

/** @param seed as the journal's first event has it */
export function chanceOf(seed: string): Chance {
  let block = new Uint8Array(0);
  let used = 0;
  let count = 0;
  return {
    fill(bytes) {
      for (let done = 0; done < bytes.length; ) {
        if (used === block.length) {
          block = createHash('sha256').update(`${seed}:${count}`).digest();
          count += 1;
          used = 0;
        }
        const take = Math.min(BLOCK - used, bytes.length - done);
        bytes.set(block.subarray(used, used + take), done);
        used += take;
        done += take;
      }
    },
  };
}

/** A number from 0 up to, and without, 1. */
export function fraction(chance: Chance): number {
  const bytes = new Uint8Array(6);
  chance.fill(bytes);
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 48;
}
