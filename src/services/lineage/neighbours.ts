/** Associations, read in short turns: a vertex may have very many. */
import type { Pace } from '../../base/pace.ts';
import type { AssociationRow, LineageStore } from './store.ts';

/** Associations read at once: some 10 microseconds each. */
const READ = 50;

/** Those that lead to a vertex, or away from it, in the order of their other ends. */
export async function* ofVertex(
  db: LineageStore,
  way: 'incoming' | 'outgoing',
  arn: string,
  pace: Pace,
): AsyncGenerator<AssociationRow> {
  const other = way === 'incoming' ? 'source' : 'destination';
  for (let after = ''; ; ) {
    await pace();
    const rows = db[way]({ arn, after, limit: READ });
    yield* rows;
    if (rows.length < READ) return;
    after = rows.at(-1)![other];
  }
}

/** All of them, in the order in which they were made or in the reverse, from one on. */
export async function* ofAll(
  db: LineageStore,
  order: 'Ascending' | 'Descending',
  from: number | undefined,
  pace: Pace,
): AsyncGenerator<AssociationRow> {
  const read = order === 'Ascending' ? db.associationsAfter : db.associationsBefore;
  for (let id = from ?? (order === 'Ascending' ? 0 : Number.MAX_SAFE_INTEGER); ; ) {
    await pace();
    const rows = read({ id, limit: READ });
    yield* rows;
    if (rows.length < READ) return;
    id = rows.at(-1)!.id;
  }
}
