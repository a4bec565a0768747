import { afterAll, expect, it } from 'vitest';
import { checkDefinition, createChecker } from './checks.ts';

const supported = () => undefined;
const checker = createChecker(supported);
afterAll(() => checker.stop());

/** Over what is checked at once. */
const long = (End: unknown) =>
  JSON.stringify({
    ...{ Comment: 'x'.repeat(20_000), StartAt: 'A' },
    States: {
      A: { Type: 'Pass', Assign: { b: 1 }, Next: '__proto__' },
      ['__proto__']: { Type: 'Pass', Result: 1, End },
    },
  });

it.each([
  ['sound', long(true)],
  ['unsound', long('yes')],
  ['no JSON', `{${' '.repeat(20_000)}`],
])('a long definition that is %s is judged on the thread as a short one is here', async (_, text) => {
  expect(await checker.check(text, 'STANDARD')).toEqual(checkDefinition(text, 'STANDARD', supported));
});

it('several long definitions at a time each get their own answer', async () => {
  const answers = await Promise.all(
    [long(true), long('yes'), long(true)].map((text) => checker.check(text, 'EXPRESS')),
  );
  expect(answers.map(({ ok }) => ok)).toEqual([true, false, true]);
});

it('what a thread had is refused when it dies, and the next definition gets a new one', async () => {
  const other = createChecker(supported);
  const lost = other.check(long(true), 'STANDARD');
  await other.stop();
  await expect(lost).rejects.toThrow('The thread that checks definitions ended.');
  expect((await other.check(long(true), 'STANDARD')).ok).toBe(true);
  await other.stop();
});
