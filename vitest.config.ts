/**
 * How the tests run: every `*.test.ts`, quick and slow alike, under one `npm test`, on the Node that the repository brings.
 */
import os from 'node:os';
import { defineConfig } from 'vitest/config';

if (Number.parseInt(process.versions.node, 10) < 24) {
  throw new Error(
    `Telar's tests need Node 24 or later, and this is ${process.version}. Start them with \`npm test\`, which brings its own.`,
  );
}

export default defineConfig({
  test: {
    include: [
      'src/**/*.test.ts',
      'tests/**/*.test.ts',
      'examples/**/*.test.ts',
      'bench/**/*.test.ts',
      'console/**/*.test.{ts,tsx}',
    ],
    exclude: ['**/node_modules/**', '**/.cache/**', '**/.telar/**', '**/dist/**'],
    // Processes, not threads: tests send signals, start servers and may crash, and none may take another along.
    pool: 'forks',
    // Vitest would leave one core free; many tests wait for processes of their own, so even a small machine gets two.
    maxWorkers: Math.max(2, os.availableParallelism()),
    // Long enough for a real job on a busy machine, short enough that a hang is a failure. Set-up builds environments.
    testTimeout: 60_000,
    hookTimeout: 600_000,
    teardownTimeout: 10_000,
    // A forgotten spy or stubbed variable must not reach the next test.
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
});
