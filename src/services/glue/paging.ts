/**
 * Pages of jobs and runs.
 *
 * P1. A page is what can be read in one go: definitions and arguments may be long, and a page may have fewer than were asked for.
 */
import { decodeToken, type Page, type Position, pageOf, type Query } from '../../protocol/pages.ts';
import type { Call } from '../../protocol/service.ts';
import type { Parts } from './context.ts';
import { glueErrors } from './errors.ts';
import type { JobRow, RunRow } from './store.ts';

/** Where the request does not say. */
const USUAL = { jobs: 100, runs: 200 };
/** Of JSON that is read for one page, in bytes. */
const MOST_BYTES = 512 * 1024;

type Asked = { token: string | undefined; most: number | undefined };

/** As many as fit, but one at least. */
function affordable(sizes: readonly { bytes: number }[], most: number): number {
  let [count, bytes] = [0, 0];
  for (const each of sizes) {
    bytes += each.bytes;
    if (bytes > MOST_BYTES) break;
    count += 1;
  }
  return count === sizes.length ? most : Math.max(1, count);
}

function positionOf(query: Query, token: string | undefined): Position | undefined {
  return token === undefined ? undefined : decodeToken(query, token);
}

export function pageOfJobs({ db }: Pick<Parts, 'db'>, { region }: Call, operation: string, asked: Asked): Page<JobRow> {
  const { token, most = USUAL.jobs } = asked;
  const query = { operation, region };
  const from = (position: Position | undefined) => ({ region, after: String(position?.[0] ?? '') });
  const limit = affordable(db.jobSizes({ ...from(positionOf(query, token)), limit: most }), most);
  return pageOf<JobRow>(
    { query, token, limit },
    (after, count) => db.jobs({ ...from(after), limit: count }),
    ({ name }) => [name],
    glueErrors.token,
  );
}

/** The newest first. */
export function pageOfRuns({ db }: Pick<Parts, 'db'>, { id: job }: JobRow, asked: Asked): Page<RunRow> {
  const { token, most = USUAL.runs } = asked;
  const query = { operation: 'GetJobRuns', job };
  const from = (position: Position | undefined) => ({ job, before: Number(position?.[0] ?? Number.MAX_SAFE_INTEGER) });
  const limit = affordable(db.runSizes({ ...from(positionOf(query, token)), limit: most }), most);
  return pageOf<RunRow>(
    { query, token, limit },
    (after, count) => db.runs({ ...from(after), limit: count }),
    ({ seq }) => [seq],
    glueErrors.token,
  );
}
