/** Threads of previews: their time, their turn, and those who do not wait. */
import { expect, it } from 'vitest';
import { systemClock } from '../../../base/clock.ts';
import { createPreviews } from './thread.ts';

const task = (content: string) => ({
  ...{ key: 'a.csv', contentType: undefined, maxRows: 10 },
  ...{ size: Buffer.byteLength(content), bytes: Buffer.from(content) },
});

it('come to their turn, each with its own answer', async () => {
  const previews = createPreviews(systemClock);
  const names = ['a', 'b', 'c', 'd', 'e'];
  const found = await Promise.all(names.map((name) => previews(task(`${name}\n1\n`), {})));
  expect(found.map(({ Columns }) => Columns[0]!.Name)).toEqual(names);
});

it('are ended when their time is over, and say so; the next one has a place then', async () => {
  const due: (() => void)[] = [];
  const clock = {
    now: () => 0,
    at(_: number, run: () => void) {
      due.push(run);
      return () => {};
    },
  };
  const previews = createPreviews(clock);
  const slow = [previews(task('a\n1\n'), {}), previews(task('a\n1\n'), {})];
  const next = previews(task('a\n1\n'), {});
  await Promise.resolve();
  for (const run of due.splice(0)) run();
  for (const one of slow) {
    await expect(one).rejects.toMatchObject({
      code: 'NoPreview',
      message: expect.stringContaining('longer than 20 seconds'),
    });
  }
  expect(await next).toMatchObject({ SampledRows: 1 });
});

it('are not begun for who has gone, and ended for who goes', async () => {
  const previews = createPreviews(systemClock);
  await expect(previews(task('a\n1\n'), { isGone: () => true })).rejects.toMatchObject({ code: 'NoPreview' });
  const leaves = previews(task('a\n1\n'), {
    whenGone(run) {
      run();
      return () => {};
    },
  });
  await expect(leaves).rejects.toMatchObject({ code: 'NoPreview' });
});

it('that fail for no fault of the object are errors of the server', async () => {
  const { bytes: _, ...rest } = task('a\n1\n');
  await expect(createPreviews(systemClock)({ ...rest, path: '/nowhere/object' }, {})).rejects.toThrow(/ENOENT/);
});
