import { expect, it } from 'vitest';
import { letGo } from './letGo.ts';

it('takes the bytes of a whole large buffer, and leaves small ones and parts of others alone', () => {
  const large = Buffer.allocUnsafeSlow(64 * 1024);
  letGo(large);
  expect(large.length).toBe(0);
  const parent = Buffer.allocUnsafeSlow(64 * 1024);
  letGo(parent.subarray(1));
  const small = Buffer.allocUnsafeSlow(100);
  letGo(small);
  const shared = new Uint8Array(new SharedArrayBuffer(64 * 1024));
  letGo(shared);
  expect([parent.length, small.length, shared.length]).toEqual([64 * 1024, 100, 64 * 1024]);
});
