/** What a function's process says is cut into frames whatever pieces it comes in, and bounded before anything is kept. */

import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { receiveFrames, type Told } from './frames.ts';

function frame(head: object | string, body: Buffer = Buffer.alloc(0), lengths?: [number, number]): Buffer {
  const text = Buffer.from(typeof head === 'string' ? head : JSON.stringify(head));
  const both = Buffer.alloc(8);
  both.writeUInt32BE(lengths?.[0] ?? text.length, 0);
  both.writeUInt32BE(lengths?.[1] ?? body.length, 4);
  return Buffer.concat([both, text, body]);
}

async function received(pieces: readonly Buffer[]) {
  const socket = new PassThrough();
  const taken: [Told, string][] = [];
  const broken: string[] = [];
  receiveFrames(
    socket as unknown as Socket,
    (told, body) => taken.push([told, body.toString()]),
    (why) => broken.push(why),
  );
  for (const piece of pieces) socket.write(piece);
  await new Promise((resolve) => setImmediate(resolve));
  return { taken, broken };
}

it('frames are whole, whatever pieces they come in', async () => {
  const bodies = fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(bodies, fc.array(fc.nat(2000), { maxLength: 6 }), async (texts, cuts) => {
      const whole = Buffer.concat(
        texts.map((text) => frame({ type: 'result', requestId: text.slice(0, 3) }, Buffer.from(text))),
      );
      const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
      const pieces = places.slice(1).map((end, index) => whole.subarray(places[index], end));
      const { taken, broken } = await received(pieces);
      expect(taken.map(([, body]) => body)).toEqual(texts.map((text) => Buffer.from(text).toString()));
      expect(broken).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

it.each([
  ['a head that is too long', frame('{}', Buffer.alloc(0), [5000, 0])],
  ['a body that is too long', frame('{}', Buffer.alloc(0), [2, 2 ** 31])],
  ['a head that is no JSON', frame('{')],
  ['a type that there is not', frame({ type: 'other' })],
  ['no object', frame('null')],
])('%s ends the taking of frames', async (_, bytes) => {
  const { taken, broken } = await received([bytes, frame({ type: 'result' })]);
  expect(taken).toEqual([]);
  expect(broken).toHaveLength(1);
});
