import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { throughShell } from './throughShell.ts';

const base = mkdtempSync(join(tmpdir(), 'telar-shell-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
writeFileSync(join(base, 'python3'), '#!/bin/sh\nfor word in "$@"; do printf "%s\\0" "$word"; done\n');
chmodSync(join(base, 'python3'), 0o755);

/** What the program is given when a real shell runs the command; undefined where it fails. */
function really(command: readonly string[]): string[] | undefined {
  try {
    const env = { PATH: `${base}:${process.env['PATH']}` };
    const said = execFileSync(command[0]!, command.slice(1), {
      cwd: base,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return said.split('\0').slice(0, -1);
  } catch {
    return undefined;
  }
}

describe('a command that a shell prepares', () => {
  it('is taken apart', () => {
    const text = 'tar -xzf /c/code.tar.gz -C /c && exec python3 /c/x.py "$0" "$@"';
    expect(throughShell(['/bin/sh', '-c', text, '--a', '1'])).toEqual({
      before: ['/bin/sh', '-c', 'tar -xzf /c/code.tar.gz -C /c ', '--a', '1'],
      command: ['python3', '/c/x.py', '--a', '1'],
    });
    expect(throughShell(['bash', '-c', `python3 x.py 'a b' "c d"`])).toEqual({
      before: undefined,
      command: ['python3', 'x.py', 'a b', 'c d'],
    });
  });

  it.each([
    ['a variable', 'python3 $FILE'],
    ['an assignment', 'A=b python3 x.py'],
    ['an assignment before', 'A=b && python3 x.py'],
    ['another folder', 'cd code && python3 x.py'],
    ['a pipe', 'python3 x.py | cat'],
    ['a redirection', 'python3 x.py > log'],
    ['the background', 'python3 x.py & '],
    ['a list', 'mkdir a; python3 x.py'],
    ['an alternative', 'false || python3 x.py'],
    ['a glob', 'python3 *.py'],
    ['a home', 'python3 ~/x.py'],
    ['a substitution', 'python3 "$(ls)"'],
    ['an escape', 'python3 a\\ b'],
    ['a comment', 'python3 x.py # -v'],
    ['a subshell', '(python3 x.py)'],
    ['joined quotes', `python3 a'b'`],
    ['an installation', 'pip install x && python3 x.py'],
    ['quotes around an operator', `echo '&&' && python3 x.py`],
    ['two lines', 'mkdir a\npython3 x.py'],
    ['nothing', ''],
    ['nothing after all', 'mkdir a && '],
    ['options of exec', 'exec -a name python3 x.py'],
  ])('stays whole with %s', (_, text) => {
    expect(throughShell(['sh', '-c', text])).toBeUndefined();
  });

  it('stays whole in another program, or with other options', () => {
    expect(throughShell(['zsh', '-c', 'python3 x.py'])).toBeUndefined();
    expect(throughShell(['sh', '-ec', 'python3 x.py'])).toBeUndefined();
    expect(throughShell(['sh', 'x.sh'])).toBeUndefined();
    expect(throughShell([])).toBeUndefined();
  });

  it('gives its program what a shell gives it', () => {
    const word = fc.oneof(
      fc.stringMatching(/^[\w./:@%+,=-]{1,6}$/),
      fc.stringMatching(/^'[\w $*&|;"]{0,6}'$/),
      fc.stringMatching(/^"[\w '*&|;]{0,6}"$/),
      fc.constantFrom('"$0"', '"$@"', '"$1"', '$HOME', '*', '>', '~', '#', '!', '\\', '(', '{a,b}'),
    );
    const call = fc.record({
      before: fc.constantFrom('', 'true && ', 'mkdir -p a && ls a && ', "echo 'x' >/dev/null && ", 'false && '),
      exec: fc.constantFrom('', 'exec '),
      given: fc.array(word, { maxLength: 4 }),
      parameters: fc.array(fc.stringMatching(/^[\w $'"*-]{0,4}$/), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(call, ({ before, exec, given, parameters }) => {
        const command = ['sh', '-c', `${before}${exec}python3 ${given.join(' ')}`, ...parameters];
        const prepared = throughShell(command);
        if (!prepared) return;
        const fails = prepared.before !== undefined && really(prepared.before) === undefined;
        expect(fails ? undefined : prepared.command.slice(1)).toEqual(really(command));
        expect(prepared.command[0]).toBe('python3');
      }),
      { numRuns: 150 },
    );
  });
});
