import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAwsError } from './errors.ts';
import { readForm } from './formData.ts';

const TYPE = 'multipart/form-data; boundary=bound';

function formOf(fields: readonly (readonly [string, string])[], file: Buffer): Buffer {
  const parts = fields.map(
    ([name, value]) => `--bound\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head =
    '--bound\r\nContent-Disposition: form-data; name="file"; filename="f.csv"\r\nContent-Type: text/csv\r\n\r\n';
  return Buffer.concat([Buffer.from(parts.join('') + head), file, Buffer.from('\r\n--bound--\r\n')]);
}

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const size of sizes) {
    if (from >= bytes.length) return;
    yield bytes.subarray(from, from + size);
    from += size;
  }
  if (from < bytes.length) yield bytes.subarray(from);
}

async function read(bytes: Buffer, sizes: readonly number[]) {
  const { fields, file } = await readForm(TYPE, cut(bytes, sizes));
  return { fields: [...fields], name: file.name, content: Buffer.concat(await Array.fromAsync(file.content)) };
}

describe('a form', () => {
  const piece = fc.constantFrom('a', '\r\n', '--', '--bound', 'bound', '\r', '\n', 'é', ' ');
  const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  const clean = text.filter((one) => !one.includes('\r\n--bound'));
  it('is read the same, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(fc.constantFrom('key', 'policy', 'acl'), clean), { selector: ([name]) => name }),
        clean,
        fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 200 }),
        async (fields, file, sizes) => {
          const form = await read(formOf(fields, Buffer.from(file)), sizes);
          expect(form).toEqual({ fields, name: 'f.csv', content: Buffer.from(file) });
        },
      ),
      { numRuns: 300 },
    );
  });
  it('that ends too soon fails, and never gives a whole file', async () => {
    const whole = formOf([['key', 'k']], Buffer.from('content'));
    for (let end = 0; end < whole.length - '--\r\n'.length; end += 1) {
      const failure = await read(whole.subarray(0, end), [9, 9, 9]).catch((error: unknown) => error);
      expect(isAwsError(failure) && failure.code).toBe('MalformedPOSTRequest');
    }
  });
});
