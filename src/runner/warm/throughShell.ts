/**
 * Commands that a shell only prepares: `sh -c 'tar -xzf code.tar.gz -C code && exec python3 code/x.py "$@"'`, as step scripts are
 * commonly started. What comes first is left to the shell; the program itself can then start warm.
 *
 * S1. Only what certainly means the same when taken apart is taken apart: plain words joined by `&&`, of which all but the last
 *     change nothing but files. Whatever else a shell knows (variables, redirections, `cd`, lists, globs) stays the shell's.
 */

export type Prepared = {
  /** The command that runs first; the program starts if it succeeds. undefined where there is none. */
  before: readonly string[] | undefined;
  command: readonly string[];
};

const SHELLS = new Set(['sh', 'bash', '/bin/sh', '/bin/bash', '/usr/bin/sh', '/usr/bin/bash']);
/** Programs, or built in where that makes no difference, that a later command can tell from files alone. */
const FILES_ONLY = new Set('cat chmod cp echo false gunzip ls ln mkdir mv rm tar touch true unzip'.split(' '));
/** One word: plain, quoted without anything that a shell would read, or a parameter; then blanks. */
const WORD = /^(?:([\w./:@%+,-][\w./:@%+,=-]*)|'([^']*)'|"([^"$`\\!]*)"|("\$0")|("\$@"))(?:[ \t]+|$)/;

/** The words of a simple command, parameters filled in; undefined where it is not so simple. */
function words(text: string, name: string, rest: readonly string[]): string[] | undefined {
  const found: string[] = [];
  for (let left = text.trim(); left !== ''; ) {
    const match = WORD.exec(left);
    if (!match) return undefined;
    const [whole, plain, single, double, zero] = match;
    if (plain !== undefined || single !== undefined || double !== undefined) found.push(plain ?? single ?? double!);
    else if (zero !== undefined) found.push(name);
    else found.push(...rest);
    left = left.slice(whole.length);
  }
  return found;
}

/**
 * Takes a shell's command apart.
 *
 * @returns undefined where it is no such command
 * @example throughShell(['sh', '-c', 'mkdir -p a && exec python3 "$0" "$@"', 'x.py', '-v'])
 *          // { before: ['sh', '-c', 'mkdir -p a', 'x.py', '-v'], command: ['python3', 'x.py', '-v'] }
 */
export function throughShell([shell, option, text, ...parameters]: readonly string[]): Prepared | undefined {
  if (!SHELLS.has(shell ?? '') || option !== '-c' || text === undefined || /[\n\r]/.test(text)) return undefined;
  const [name = shell!, ...rest] = parameters;
  const steps = text.split('&&');
  const last = words(steps.pop()!, name, rest);
  const first = steps.map((step) => words(step, name, rest));
  if (!first.every((step) => step && FILES_ONLY.has(step[0] ?? ''))) return undefined;
  const command = last?.[0] === 'exec' ? last.slice(1) : last;
  if (!command?.[0] || /^-|=/.test(command[0])) return undefined;
  const before = steps.length === 0 ? undefined : [shell!, '-c', steps.join('&&'), ...parameters];
  return { before, command };
}
