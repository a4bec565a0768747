/** Recorded answers of real AWS (cases.ts), played against a server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { type Case, loadCases } from './cases.ts';
import { endpointAt } from './endpoint.ts';
import { play } from './player.ts';
import { KNOWN, reasonToSkip } from './rules.ts';

const ACCOUNT = '111111111111';

const files = ['create-errors', 'validate-definition', 'test-state', 'api-traces'].map((file) => ({
  file,
  cases: loadCases(file),
}));

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ auth: 'off', account: ACCOUNT });
});
afterAll(() => server.close());

for (const { file, cases } of files) {
  describe(`${file}, as AWS answered`, () => {
    // The recordings are not part of this repository.
    it.skipIf(cases)('are not on this machine', (context) => context.skip('the recorded cases are not here'));
    for (const [at, one] of (cases ?? []).entries()) it(one.name, (context) => playOne(one, `${file}-${at}`, context));
  });
}

type Context = { skip(reason: string): void };

async function playOne(one: Case, region: string, context: Context): Promise<void> {
  const reason = reasonToSkip(one);
  // By a rule (rules.ts), which gives the reason.
  if (reason !== undefined) return context.skip(reason);
  const findings = await play(one, endpointAt(server.url, { account: ACCOUNT, region }));
  const known = Object.entries(KNOWN).find(([name]) => one.name.endsWith(name))?.[1];
  if (known === undefined) expect(findings).toEqual([]);
  else expect(findings, `it no longer differs from AWS: take it out of KNOWN (${known})`).not.toEqual([]);
}
