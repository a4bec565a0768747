import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { keyset } from './keyset.ts';
import { sqlOver } from './sql.ts';

it('gives every row that its filters let through once, page by page, in either order', () => {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE things (id INTEGER PRIMARY KEY, colour TEXT, size INTEGER)');
  for (let id = 1; id <= 20; id += 1) {
    database.exec(`INSERT INTO things VALUES (${id}, '${id % 2 ? 'red' : 'blue'}', ${id % 5})`);
  }
  type Thing = { id: number; size: number };
  const things = keyset<Thing>(
    sqlOver(database, () => {}),
    {
      from: 'things',
      filters: { colour: 'colour = $colour', least: 'size >= $least' },
      sorts: { Size: ['size', 'id'] },
    },
  );
  const pages = (order: 'Ascending' | 'Descending', filters: { colour?: string; least?: number }) => {
    const found: Thing[] = [];
    for (let after: [number, number] | undefined; ; ) {
      const page = things({ filters, sort: 'Size', order, after, limit: 3 });
      found.push(...page);
      const last = page.at(-1);
      if (!last) return found.map(({ size, id }) => [size, id]);
      after = [last.size, last.id];
    }
  };
  const up = pages('Ascending', { colour: 'red', least: 2 });
  expect(up).toEqual([
    [2, 7],
    [2, 17],
    [3, 3],
    [3, 13],
    [4, 9],
    [4, 19],
  ]);
  expect(pages('Descending', { colour: 'red', least: 2 })).toEqual(up.toReversed());
  expect(pages('Ascending', {})).toHaveLength(20);
});
