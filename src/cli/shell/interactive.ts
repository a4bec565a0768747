/**
 * How an interactive shell is started so that the variables hold: after the user's own start-up files, which may set the same.
 *
 * S1. What is evaluated travels in the environment, in EXPORTS, and is gone once it was: the files here hold no secrets, and
 *     serve all shells of a data folder.
 * S2. The user's own start-up files are read as always.
 */
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeOwnFile } from '../../store/ownFile.ts';
import type { Changes } from './before.ts';
import { type Dialect, written } from './dialects.ts';

const EXPORTS = 'TELAR_SHELL_EXPORTS';
/** The user's own value of the variable that leads the shell to its start-up files. */
const STARTUP = 'TELAR_SHELL_STARTUP';

const EVALUATE = `eval "$${EXPORTS}"; unset ${EXPORTS} ${STARTUP}\n`;
const PROMPT = `PS1="(telar) $PS1"\n`;

export type Started = { words: string[]; environment: Record<string, string> };

type How = {
  dialect: Dialect;
  /** Start-up files, by name. */
  files: Readonly<Record<string, string>>;
  words(folder: string): string[];
  /** Leads the shell to the files. */
  environment?(folder: string, environment: Readonly<Record<string, string>>): Record<string, string>;
};

const zshStartup = (name: string) =>
  `ZDOTDIR="\${${STARTUP}:-$HOME}"\n[ -f "$ZDOTDIR/${name}" ] && . "$ZDOTDIR/${name}"\n`;

const HOW: Readonly<Record<string, How>> = {
  bash: {
    dialect: 'posix',
    files: { bashrc: `[ -f ~/.bashrc ] && . ~/.bashrc\n${EVALUATE}${PROMPT}` },
    words: (folder) => ['--rcfile', join(folder, 'bashrc'), '-i'],
  },
  zsh: {
    dialect: 'posix',
    files: {
      // Between the two, zsh looks for its files here again; the user's own may say that theirs are elsewhere.
      '.zshenv': `TELAR_SHELL_FOLDER="$ZDOTDIR"
${zshStartup('.zshenv')}[ "$ZDOTDIR" = "$HOME" ] || ${STARTUP}="$ZDOTDIR"
ZDOTDIR="$TELAR_SHELL_FOLDER"; unset TELAR_SHELL_FOLDER
`,
      '.zshrc': `${zshStartup('.zshrc')}[ -z "$${STARTUP}" ] && unset ZDOTDIR\n${EVALUATE}${PROMPT}`,
    },
    words: () => ['-i'],
    environment: (folder, { ZDOTDIR = '' }) => ({ ZDOTDIR: folder, [STARTUP]: ZDOTDIR }),
  },
  fish: {
    dialect: 'fish',
    files: {},
    words: () => [
      '-i',
      '-C',
      `eval $${EXPORTS}; set -e ${EXPORTS}; functions -c fish_prompt telar_own_prompt; function fish_prompt; echo -n '(telar) '; telar_own_prompt; end`,
    ],
  },
  sh: {
    dialect: 'posix',
    files: {
      shrc: `ENV="$${STARTUP}"; [ -n "$ENV" ] && [ -f "$ENV" ] && . "$ENV"\n[ -z "$ENV" ] && unset ENV\n${EVALUATE}${PROMPT}`,
    },
    words: () => ['-i'],
    environment: (folder, { ENV = '' }) => ({ ENV: join(folder, 'shrc'), [STARTUP]: ENV }),
  },
};

/** Read what POSIX says that sh reads. */
const LIKE_SH = new Set(['sh', 'dash', 'ash', 'ksh', 'ksh93', 'mksh', 'oksh', 'yash']);

/**
 * What starts the shell. One that is not known (csh, nu, pwsh, …) has the variables from its environment alone: its own start-up files
 * have the last word, and its prompt does not change.
 *
 * @param folder where its start-up files may lie, in the data folder
 * @param environment with the changes applied
 * @example interactive('/bin/bash', '/srv/.telar/shell', changes, environment).words // ['--rcfile', '/srv/.telar/shell/bashrc', '-i']
 */
export function interactive(
  shell: string,
  folder: string,
  changes: Changes,
  environment: Readonly<Record<string, string>>,
): Started {
  const name = basename(shell);
  const kind = LIKE_SH.has(name) ? 'sh' : name;
  if (!Object.hasOwn(HOW, kind)) return { words: ['-i'], environment: { ...environment } };
  const how = HOW[kind]!;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [file, text] of Object.entries(how.files)) writeOwnFile(join(folder, file), text);
  return {
    words: how.words(folder),
    environment: {
      ...environment,
      ...how.environment?.(folder, environment),
      [EXPORTS]: written(changes, how.dialect).join('\n'),
    },
  };
}
