/**
 * Text for POSIX shells. All quoting of the runner happens here.
 *
 * Q1. Secrets (a job's credentials) reach a process through its environment, never through an argument list, which every
 *     user of the machine may read.
 */

/** One word for the shell, whatever it holds. @example quote("it's") === `'it'\''s'` */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const SHELL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** Names that some shell keeps for itself: exporting them fails, or changes how the script is read. */
const SHELL_OWNED = new Set(['_', 'BASHOPTS', 'BASH_VERSINFO', 'EUID', 'IFS', 'PPID', 'SHELLOPTS', 'UID']);

/**
 * The script that becomes the job: sets its environment, then its command in place of itself.
 *
 * Runs with the job's rights, in the job's sandbox. A command that is not found ends with 127 and one that cannot be
 * executed with 126, as in a container, and the log says which.
 *
 * @param notices lines for the head of the job's log
 */
export function commandScript(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  notices: readonly string[],
): string {
  const names = Object.keys(environment);
  const plain = names.filter((name) => SHELL_NAME.test(name) && !SHELL_OWNED.has(name));
  // The shell cannot export these (`my-name`); `env` can. They are rare, and no credential has such a name.
  const odd = names.filter((name) => !plain.includes(name) && name !== '' && !/[=\0]/.test(name));
  const program = quote(command[0] ?? '');
  const words = command.map(quote).join(' ');
  const assignments = odd.map((name) => quote(`${name}=${environment[name]}`)).join(' ');
  return [
    // What the runner's own shells have set on the way here is not the job's.
    'unset PWD OLDPWD LC_ALL',
    ...notices.map((line) => `printf '%s\\n' ${quote(`telar: ${line}`)}`),
    ...plain.map((name) => `export ${name}=${quote(environment[name]!)}`),
    `if ! command -v ${program} >/dev/null 2>&1; then`,
    `  if [ -e ${program} ]; then`,
    `    printf '%s\\n' ${quote(`telar: '${command[0]}' is not executable. Make it so (chmod +x), or run it through its interpreter.`)}`,
    '    exit 126',
    '  fi',
    `  printf '%s\\n' ${quote(`telar: '${command[0]}' was not found in this image. Check the entrypoint and its arguments.`)}`,
    '  exit 127',
    'fi',
    odd.length === 0 ? `exec ${words}` : `exec env ${assignments} ${words}`,
    '',
  ].join('\n');
}
