/** Long lists that are asked for in parts, beside lists as a server has them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holding, type Pages, spliced } from './pages.ts';
import { rowsOf } from './rows.ts';

const rows = rowsOf('ListExecutions')!;
const SIZE = 4;

type Item = { at: number; status: string };
type Answer = { executions: { executionArn: string; status: string }[]; nextToken?: string };

/** A list as a server has it, the newest first, whose tokens name the place after an item. */
function serverOf(count: number) {
  let items: Item[] = Array.from({ length: count }, (_, at) => ({ at: at * 10, status: 'RUNNING' }));
  const answer = (token: unknown): Answer => {
    const from = token === undefined ? Number.POSITIVE_INFINITY : Number(token);
    const after = items.filter(({ at }) => at < from).sort((a, b) => b.at - a.at);
    const page = after.slice(0, SIZE).map(({ at, status }) => ({ executionArn: `run-${at}`, status }));
    return { executions: page, ...(after.length > SIZE && { nextToken: String(after[SIZE - 1]!.at) }) };
  };
  return {
    answer,
    add: (at: number) => items.some((item) => item.at === at) || items.push({ at, status: 'RUNNING' }),
    end: (at: number) => {
      items = items.map((item) => (item.at === at ? { at, status: 'SUCCEEDED' } : item));
    },
    remove: (at: number) => {
      items = items.filter((item) => item.at !== at);
    },
    names: () => items.sort((a, b) => b.at - a.at).map(({ at, status }) => `run-${at} ${status}`),
  };
}

type Server = ReturnType<typeof serverOf>;

function loaded({ answer }: Server, most = Number.POSITIVE_INFINITY): Pages {
  const data = { pages: [] as Answer[], pageParams: [] as unknown[] };
  for (let token: unknown; data.pages.length < most; ) {
    data.pageParams.push(token);
    const page = answer(token);
    data.pages.push(page);
    token = page.nextToken;
    if (token === undefined) break;
  }
  return data;
}

const namesIn = ({ pages }: Pages) =>
  (pages as Answer[]).flatMap(({ executions }) =>
    executions.map(({ executionArn, status }) => `${executionArn} ${status}`),
  );
const tokensOf = ({ pages }: Pages) => (pages as Answer[]).map(({ nextToken }) => nextToken);

function renewed(data: Pages, param: unknown, server: Server): Pages {
  const found = spliced(data, param, server.answer(param), rows, 'nextToken')!;
  return found.doubtful.reduce<Pages>(
    (now, doubtful) => (now.pageParams.includes(doubtful) ? renewed(now, doubtful, server) : now),
    found.data,
  );
}

/** Each is asked for again, from the first on. */
function swept(data: Pages, server: Server): Pages {
  let now = renewed(data, undefined, server);
  for (let index = 1; index < now.pages.length; index += 1) now = renewed(now, now.pageParams[index], server);
  return now;
}

describe('the first page, asked for again,', () => {
  it('has what is new, and nothing of the rest is lost', () => {
    const server = serverOf(20);
    const data = loaded(server);
    server.add(1000);
    server.add(1001);
    const now = renewed(data, undefined, server);
    expect(namesIn(now)).toEqual(server.names());
    expect(tokensOf(now)).toEqual([...now.pageParams.slice(1), undefined]);
    // The two that were pushed out stand alone, until there are more of them.
    expect(now.pages.map((page) => rows.of(page).length)).toEqual([4, 2, 4, 4, 4, 4]);
  });

  it('does not leave a page for each new row', () => {
    const server = serverOf(20);
    let data = loaded(server);
    for (let at = 1000; at < 1040; at += 1) {
      server.add(at);
      data = renewed(data, undefined, server);
    }
    expect(namesIn(data)).toEqual(server.names());
    expect(data.pages.length).toBeLessThanOrEqual(60 / SIZE + 2);
  });

  it('fills the gap where more is new than a page has', () => {
    const server = serverOf(20);
    const data = loaded(server);
    for (let at = 1000; at < 1011; at += 1) server.add(at);
    expect(namesIn(renewed(data, undefined, server))).toEqual(server.names());
  });

  it('is no other value where nothing has changed', () => {
    const server = serverOf(20);
    const data = loaded(server);
    const now = renewed(data, undefined, server);
    expect(now.pages.slice(1)).toEqual(data.pages.slice(1));
    expect(now.pages[1]).toBe(data.pages[1]);
    expect((now.pages[0] as Answer).executions[0]).toBe((data.pages[0] as Answer).executions[0]);
  });
});

describe('a page further down', () => {
  it('shows that a row of it has ended, and leaves the others alone', () => {
    const server = serverOf(20);
    const data = loaded(server);
    server.end(70);
    const { params, found } = holding(data, rows, new Set(['run-70', 'run-9999']));
    expect([params, [...found]]).toEqual([['80'], ['run-70']]);
    const now = renewed(data, params[0], server);
    expect(namesIn(now)).toEqual(server.names());
    expect(now.pages[0]).toBe(data.pages[0]);
  });

  it('loses rows that are gone, its last and all of it, too', () => {
    for (const gone of [[70], [40], [70, 60, 50, 40], [60, 50, 40, 30, 20]]) {
      const server = serverOf(20);
      const data = loaded(server);
      for (const at of gone) server.remove(at);
      expect(namesIn(swept(data, server))).toEqual(server.names());
    }
  });

  it('at the end of the list ends it', () => {
    const server = serverOf(18);
    const data = loaded(server);
    server.remove(0);
    server.remove(10);
    const now = renewed(data, data.pageParams.at(-1), server);
    expect(now.pages).toHaveLength(4);
    expect(namesIn(now)).toEqual(server.names());
    expect(tokensOf(now).at(-1)).toBeUndefined();
  });

  it('that is there no more changes nothing', () => {
    const server = serverOf(20);
    expect(spliced(loaded(server), 'none', server.answer(undefined), rows, 'nextToken')).toBeUndefined();
  });
});

describe('whatever happens', () => {
  const change = fc.record({
    what: fc.constantFrom('add' as const, 'end' as const, 'remove' as const),
    at: fc.integer({ min: 0, max: 320 }),
  });
  const moves = fc.array(fc.tuple(fc.array(change, { maxLength: 8 }), fc.nat(20)), { maxLength: 8 });

  it('no row is there twice, each stretch leads to the next, and all pages asked for again are the list', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), moves, (count, steps) => {
        const server = serverOf(count);
        let data = loaded(server);
        for (const [changes, page] of steps) {
          for (const { what, at } of changes) server[what](at);
          data = renewed(data, data.pageParams[page % data.pageParams.length], server);
          const names = namesIn(data).map((name) => name.split(' ')[0]);
          expect(new Set(names).size).toBe(names.length);
          expect(tokensOf(data).slice(0, -1)).toEqual(data.pageParams.slice(1));
          expect(names).toEqual([...names].sort((a, b) => Number(b!.slice(4)) - Number(a!.slice(4))));
        }
        expect(namesIn(swept(data, server))).toEqual(server.names());
      }),
      { numRuns: 300 },
    );
  });

  it('a row that stood elsewhere stands where it is now', () => {
    const data = loaded(serverOf(20));
    const first = (data.pages[0] as Answer).executions;
    const far = (data.pages[3] as Answer).executions[1]!;
    const answer = { executions: [far, ...first.slice(0, 3)], nextToken: '170' };
    const now = spliced(data, undefined, answer, rows, 'nextToken')!.data;
    const names = namesIn(now);
    expect(names).toHaveLength(20);
    expect(new Set(names).size).toBe(20);
    expect(names[0]).toBe(`${far.executionArn} ${far.status}`);
  });
});

it('objects and prefixes are one list, by name', () => {
  const objects = rowsOf('ListObjectsV2')!;
  const page = {
    Contents: [{ Key: 'a' }, { Key: 'c' }],
    CommonPrefixes: [{ Prefix: 'b/' }],
    NextContinuationToken: 'c',
  };
  const data: Pages = { pages: [page, { Contents: [{ Key: 'd' }] }], pageParams: [undefined, 'c'] };
  const answer = {
    Contents: [{ Key: 'a' }, { Key: 'aa' }],
    CommonPrefixes: [{ Prefix: 'b/' }],
    NextContinuationToken: 'b/',
  };
  const now = spliced(data, undefined, answer, objects, 'NextContinuationToken')!.data;
  expect(now).toMatchObject({
    pageParams: [undefined, 'b/'],
    pages: [answer, { Contents: [{ Key: 'c' }, { Key: 'd' }], CommonPrefixes: [] }],
  });
});
