/**
 * The `telar` command: runs when it is imported (bin/telar.mjs does) or started.
 *
 * M1. The exit status is 0, 1 or 2 (errors.ts); it is set, and the program ends when all is written.
 * M2. With --json, an error is the last line of standard output too, as {"error": {code, message}}.
 */
import { CommanderError } from 'commander';
import { describeError } from './errors.ts';
import { createProgram } from './program.ts';

const others = process.argv.indexOf('--');
// What follows is another program's.
const json = process.argv.slice(0, others < 0 ? undefined : others).includes('--json');

// `telar logs … | head` is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

await createProgram((status) => {
  process.exitCode = status;
})
  .parseAsync()
  .catch((error: unknown) => {
    if (error instanceof CommanderError) {
      // Help and version are answers; everything else was asked wrongly, and commander has said so.
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      if (json && error.exitCode !== 0) writeError('Misuse', error.message.replace(/^error: /, ''));
      return;
    }
    const { code, message, exitStatus } = describeError(error);
    process.stderr.write(`telar: ${message}\n`);
    if (process.env['TELAR_DEBUG'] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    if (json) writeError(code, message);
    process.exitCode = exitStatus;
  });

function writeError(code: string, message: string): void {
  process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
}
