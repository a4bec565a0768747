/** Recorded answers of real AWS (cases.ts), played against a server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { type Case, loadCases } from './cases.ts';
import { endpointAt } from './endpoint.ts';
import { KNOWN, reasonToDiffer } from './known.ts';
import { play } from './player.ts';
import { reasonToSkip } from './rules.ts';

const ACCOUNT = '111111111111';

const FILES = [
  'create-errors',
  'validate-definition',
  'test-state',
  'api-traces',
  'pure',
  'choice-comparisons',
  'express-sync',
  'services',
  'eventbridge-status-events',
  'logs-and-express-async',
];
const files = FILES.map((file) => ({ file, cases: loadCases(file) }));

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ auth: 'off', account: ACCOUNT });
});
afterAll(() => server.close());

for (const { file, cases } of files) {
  // Each has a region to itself; most of their time they wait.
  describe.concurrent(`${file}, as AWS answered`, () => {
    // The recordings are not part of this repository.
    it.skipIf(cases)('are not on this machine', (context) => context.skip('the recorded cases are not here'));
    for (const [at, one] of (cases ?? []).entries()) {
      it(one.name, { timeout: 90_000 }, (context) => playOne(one, file, regionOf(file, at), context));
    }
  });
}

// The recordings are not part of this repository.
it.skipIf(files.some(({ cases }) => !cases))('what is known to differ is a case', () => {
  const names = files.map(({ file, cases }) => ({ file, names: cases!.map(({ name }) => name) }));
  const found = ({ file, name }: (typeof KNOWN)[number]) =>
    names.find((one) => one.file === file)?.names.some((one) => one.endsWith(name));
  expect(KNOWN.filter((known) => !found(known))).toEqual([]);
});

/** A region of its own, whose name is one that AWS could have. @example regionOf('services', 27) // 'te-servicesbb-1' */
function regionOf(file: string, at: number): string {
  let letters = '';
  for (let rest = at; rest >= 0; rest = Math.floor(rest / 26) - 1)
    letters = String.fromCharCode(97 + (rest % 26)) + letters;
  return `te-${file.replaceAll('-', '')}${letters}-1`;
}

type Context = { skip(reason: string): void };

async function playOne(one: Case, file: string, region: string, context: Context): Promise<void> {
  const reason = reasonToSkip(one);
  // By a rule (rules.ts), which gives the reason.
  if (reason !== undefined) return context.skip(reason);
  const findings = await play(one, endpointAt(server.url, { account: ACCOUNT, region }));
  const known = reasonToDiffer(file, one.name);
  if (known === undefined) expect(findings).toEqual([]);
  else expect(findings, `it no longer differs from AWS: take it out of the table (${known})`).not.toEqual([]);
}
