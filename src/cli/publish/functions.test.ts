import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fromBufferPromise } from 'yauzl';
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

async function entriesOf(zip: Buffer): Promise<string[]> {
  const names: string[] = [];
  const file = await fromBufferPromise(zip, { lazyEntries: true });
  for await (const { fileName } of file.eachEntry()) names.push(fileName);
  return names;
}

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
    expect((await one.zip()).equals(await other.zip())).toBe(true);
  });

  it('in Python is its files', async () => {
    const { handler, zip } = await functionCode(folder, documents({ file: 'app.py', include: ['helper.py'] }));
    expect(handler).toBe('app.handler');
    expect((await zip()).includes('helper.py')).toBe(true);
  });

  it('has the packages that are named beside it, and is as large as it says', async () => {
    const put = (path: string, text: string) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    put('node_modules/native/package.json', '{"name": "native", "main": "index.js"}');
    put('node_modules/native/index.js', "module.exports = require('./native.node');");
    put('node_modules/native/native.node', '\x7fELF\xff');
    put('native.ts', "import native from 'native';\nexport const handler = async () => native.answer;\n");
    const fn = documents({ file: 'native.ts', packages: ['native'] });
    const { zip, size, sha256 } = await functionCode(folder, fn);
    const bytes = await zip();
    expect([bytes.length, createHash('sha256').update(bytes).digest('base64')]).toEqual([size, sha256]);
    expect(await entriesOf(bytes)).toEqual([
      'index.mjs',
      'node_modules/native/index.js',
      'node_modules/native/native.node',
      'node_modules/native/package.json',
    ]);
    expect((await functionCode(folder, fn)).sha256).toBe(sha256);
    const without = functionCode(folder, documents({ file: 'native.ts' }));
    await expect(without).rejects.toThrow(/imports the native module native\/native\.node.*in `packages`/);
  });

  it('that would not fit into Lambda is refused, with what is large', async () => {
    const file = join(folder, 'node_modules/huge/huge.bin');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(join(dirname(file), 'package.json'), '{}');
    writeFileSync(file, '');
    truncateSync(file, 251 * 1024 * 1024);
    const code = functionCode(folder, documents({ packages: ['huge'] }));
    await expect(code).rejects.toThrow(/is 251 MB when it is unpacked, and Lambda takes 250 MB at most \(huge: 251 MB/);
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
    EphemeralStorage: { Size: 1024 },
    Timeout: 3,
    Environment: { Variables: { A: 'other', C: '1' } },
  };
  expect(functionDifferences(there, wanted)).toEqual([
    ...['runtime: nodejs22.x becomes nodejs24.x', 'memory: 128 becomes 256', 'storage: 512 becomes 1024'],
    ...['variable A: changed', 'variable B: removed', 'variable C: new'],
  ]);
});

it.each([
  [{ file: 'f.rb' }, /neither Python nor TypeScript/],
  [{ file: '../f.ts' }, /leaves the project's folder/],
  [{ runtime: 'python3.12' as const }, /does not run on python3.12/],
  [{ memory: 64 }, /give 128 to 10240/],
  [{ retries: 3 }, /retries is 3: give 0, 1 or 2/],
  [{ storage: 64 }, /give 512 to 10240/],
  [{ include: ['x'] }, /`include` is for Python/],
  [{ file: 'f.py', packages: ['x'] }, /`packages` is for npm's/],
  [{ packages: ['../x'] }, /'..\/x' is no package's name/],
  [{ name: 'a b' }, /letters, digits/],
])('a function %o is refused', (options, says) => {
  expect(() => documents(options)).toThrow(says);
});
