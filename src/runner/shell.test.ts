import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandScript, quote } from './shell.ts';

const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((value) => !value.includes('\0'));

/** What `printf '%s\0' "$@"` says, run by the script. */
function runScript(script: string): string {
  return execFileSync('sh', ['-c', script], { encoding: 'utf8', env: { PATH: process.env['PATH'] } });
}

describe('shell text', () => {
  it('carries any words and values unchanged', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), text, (words, value) => {
        const printing = 'printf "%s\\0" "$VALUE" "$@"';
        const environment = { PATH: process.env['PATH']!, VALUE: value };
        const script = commandScript(['sh', '-c', printing, 'sh', ...words], environment, []);
        expect(runScript(script).split('\0').slice(0, -1)).toEqual([value, ...words]);
      }),
      { numRuns: 60 },
    );
  });

  it('passes on names that no shell can export', () => {
    const environment = { PATH: process.env['PATH']!, 'my-name': "it's", UID: '7' };
    expect(runScript(commandScript(['env'], environment, [])).split('\n')).toEqual(
      expect.arrayContaining(["my-name=it's", 'UID=7']),
    );
  });

  it('keeps secrets out of argument lists', () => {
    const script = commandScript(['true'], { AWS_SECRET_ACCESS_KEY: 'hush' }, []);
    expect(script).toContain("export AWS_SECRET_ACCESS_KEY='hush'");
    expect(script.split('\n').find((line) => line.startsWith('exec'))).toBe("exec 'true'");
  });

  it('quotes for the shell', () => {
    expect(quote("it's")).toBe("'it'\\''s'");
  });
});
