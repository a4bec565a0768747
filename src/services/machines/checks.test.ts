import { afterAll, expect, it } from 'vitest';
import { checkDefinition, createChecker } from './checks.ts';

const supported = { supports: () => undefined, unsupportedFields: () => [] };
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

it('what an integration does not take is refused when the machine is created, of a long definition, too', async () => {
  const integrations = {
    supports: (resource: { arn: string }) => (resource.arn.endsWith('listBuckets') ? 'Not here.' : undefined),
    unsupportedFields: () => [{ at: '/Odd', message: 'The field "Odd" is not supported by Step Functions' }],
  };
  const other = createChecker(integrations);
  const text = (Comment: string) =>
    JSON.stringify({
      ...{ Comment, StartAt: 'A' },
      States: {
        A: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:s3:getObject', Parameters: { Odd: 1 }, Next: 'B' },
        B: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:s3:listBuckets', End: true },
      },
    });
  const short = await other.check(text(''), 'STANDARD');
  expect(short).toMatchObject({
    ok: false,
    diagnostics: [{ location: '/States/A/Parameters/Odd' }, { location: '/States/B/Resource', message: 'Not here.' }],
  });
  expect(await other.check(text('x'.repeat(20_000)), 'STANDARD')).toEqual(short);
  await other.stop();
});
