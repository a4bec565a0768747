import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { defineFunction, functionDocuments } from '../../sdk/functions.ts';
import { functionCode } from '../project/functions.ts';
import { functionDifferences } from './functions.ts';

const folder = mkdtempSync(join(tmpdir(), 'telar-functions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const CONTEXT = { account: '000000000000', region: 'eu-west-1' };
const documents = (options: Partial<Parameters<typeof defineFunction>[0]>) =>
  functionDocuments(
    defineFunction({ name: 'f', file: 'f.ts', role: 'arn:aws:iam::000000000000:role/r', ...options }),
    CONTEXT,
  );

describe('the code of a function', () => {
  writeFileSync(
    join(folder, 'f.ts'),
    `import { twice } from './lib.ts';\nexport const handler = async ({ n }: { n: number }) => twice(n);\n`,
  );
  writeFileSync(
    join(folder, 'lib.ts'),
    'export const twice = (n: number): number => 2 * n;\nexport const unused = 1;\n',
  );
  writeFileSync(join(folder, 'app.py'), 'def handler(event, context):\n    return 1\n');
  writeFileSync(join(folder, 'helper.py'), 'x = 1\n');

  it('in TypeScript is one file with all that it imports, and the same each time', async () => {
    const [one, other] = [await functionCode(folder, documents({})), await functionCode(folder, documents({}))];
    expect(one.handler).toBe('index.handler');
    expect(one.sha256).toBe(other.sha256);
    expect(one.zip.equals(other.zip)).toBe(true);
  });

  it('in Python is its files', async () => {
    const { handler, zip } = await functionCode(folder, documents({ file: 'app.py', include: ['helper.py'] }));
    expect(handler).toBe('app.handler');
    expect(zip.includes('helper.py')).toBe(true);
  });

  it('that is not there is missed by name', async () => {
    await expect(functionCode(folder, documents({ file: 'gone.ts' }))).rejects.toMatchObject({
      code: 'BrokenFunction',
    });
  });
});

it('what differs between two functions is told, and no values of variables', () => {
  const there = {
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role: 'r',
    MemorySize: 128,
    Timeout: 3,
    Environment: { Variables: { A: 'secret', B: '1' } },
  } as const;
  const wanted = {
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: 'r',
    Description: '',
    MemorySize: 256,
    Timeout: 3,
    Environment: { Variables: { A: 'other', C: '1' } },
  };
  expect(functionDifferences(there, wanted)).toEqual([
    ...['runtime: nodejs22.x becomes nodejs24.x', 'memory: 128 becomes 256'],
    ...['variable A: changed', 'variable B: removed', 'variable C: new'],
  ]);
});

it.each([
  [{ file: 'f.rb' }, /neither Python nor TypeScript/],
  [{ file: '../f.ts' }, /leaves the project's folder/],
  [{ runtime: 'python3.12' as const }, /does not run on python3.12/],
  [{ memory: 64 }, /give 128 to 10240/],
  [{ include: ['x'] }, /`include` is for Python/],
  [{ name: 'a b' }, /letters, digits/],
])('a function %o is refused', (options, says) => {
  expect(() => documents(options)).toThrow(says);
});
