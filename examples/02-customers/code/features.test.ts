import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { generate } from '../data/generate.ts';
import { clean, csvFiles } from './cleaning.ts';
import { withDuck } from './duck.ts';
import { engineer, NothingToLearn } from './features.ts';
import { FEATURE_NAMES } from './featuresSql.ts';
import { cleanedByDuck, type Features, featuresPlainly, fileOf, lineOf } from './testing.ts';

const AS_OF = '2026-07-01';
const base = mkdtempSync(join(tmpdir(), 'customers-features-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Cleans these lines, engineers them, and gives the whole table, which is ordered by customer. */
async function featuresOf(lines: readonly string[], horizonDays = 90) {
  const folder = mkdtempSync(join(base, 'run-'));
  writeFileSync(join(folder, 'a.csv'), fileOf(lines));
  const { transactions } = await cleanedByDuck([join(folder, 'a.csv')], folder, AS_OF);
  const report = await engineer({
    transactions: join(folder, 'transactions'),
    output: folder,
    asOf: AS_OF,
    horizonDays,
  });
  return { folder, transactions, report, table: await tableOf(folder) };
}

async function tableOf(folder: string): Promise<Features[]> {
  const rows = await withDuck({ threads: 1 }, (duck) =>
    duck.rows<{ [column: string]: number | bigint | boolean }>(
      `FROM read_parquet('${folder}/features/features.parquet')`,
    ),
  );
  return rows.map(
    (row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
      ) as Features,
  );
}

/** On each side of the split one customer who buys again, and one who does not: without them nothing can be learned. */
const OTHER_CUSTOMERS = Array.from({ length: 20 }, (_, index) => 70_001 + index);
const OTHERS = OTHER_CUSTOMERS.flatMap((customer, index) => [
  lineOf({ invoice: `8${index}`, customer_id: String(customer) }),
  ...(index % 2
    ? []
    : [lineOf({ invoice: `9${index}`, customer_id: String(customer), invoice_date: '2026-06-01 09:00:00' })]),
]);

describe('a customer', () => {
  const buys = (invoice: string, date: string, changes = {}) =>
    lineOf({ invoice, invoice_date: `${date} 19:00:00`, ...changes });

  it('is told by what came before the cut-off, and judged by what came after', async () => {
    const lines = [
      buys('1', '2025-11-08', { unit_price: '10.00', quantity: '2', channel: 'online' }),
      buys('1', '2025-11-08', { unit_price: '5.00', quantity: '1', channel: 'online', product_code: 'P2' }),
      buys('2', '2026-04-01', { unit_price: '1.00', quantity: '3' }),
      buys('C3', '2026-04-01', { unit_price: '5.00', quantity: '-1', product_code: 'P2' }),
      buys('4', '2026-04-02', { unit_price: '99.00', quantity: '9', country: 'Italy' }),
    ];
    const { table, report } = await featuresOf([...lines, ...OTHERS]);
    expect(report).toMatchObject({ cutOff: '2026-04-02', horizonDays: 90, features: FEATURE_NAMES });
    expect(table[0]).toMatchObject({
      ...{ customer_id: 10_001, recency_days: 1, frequency: 2, monetary: 28, tenure_days: 145, gap_days: 144 },
      ...{ frequency_30: 1, frequency_90: 1, frequency_180: 2, monetary_90: 3 },
      ...{ basket_value: 14, basket_value_max: 25, basket_lines: 1.5, basket_units: 3, unit_value: 28 / 6 },
      ...{ returns: 1, return_share: 5 / 28, weekend_share: 0.5, evening_share: 1, season_share: 0.5, last_month: 4 },
      ...{ online_share: 0.5, domestic: 1, buys_again: 1 },
    });
  });

  it('may buy as many things, at as high a price, as cleaning lets through', async () => {
    const most = { unit_price: '10000.00', quantity: '2147483647' };
    const { table } = await featuresOf([
      buys('1', '2026-01-01', most),
      buys('1', '2026-01-01', { ...most, product_code: 'P2' }),
      ...OTHERS,
    ]);
    expect(table[0]).toMatchObject({
      monetary: 2 * 2_147_483_647 * 10_000,
      basket_units: 2 * 2_147_483_647,
      unit_value: 10_000,
    });
  });

  it('who only took things back, or came after the cut-off only, is none', async () => {
    const lines = [buys('C1', '2026-01-01', { quantity: '-1' }), buys('2', '2026-05-01', { customer_id: '10002' })];
    const { table } = await featuresOf([...lines, ...OTHERS]);
    expect(table.map(({ customer_id }) => customer_id)).toEqual(OTHER_CUSTOMERS);
  });

  it('keeps all features, and the side of the split, when anything after the cut-off changes', async () => {
    const before = [buys('1', '2026-01-01'), buys('2', '2026-02-01', { customer_id: '10002' }), ...OTHERS];
    const after = [buys('8', '2026-04-02', { unit_price: '777.00' }), buys('C9', '2026-05-01', { quantity: '-2' })];
    const without = ({ buys_again, ...rest }: Features) => rest;
    const [plain, changed] = [await featuresOf(before), await featuresOf([...before, ...after])];
    expect(changed.table.map(without)).toEqual(plain.table.map(without));
    expect([plain.table[0]!.buys_again, changed.table[0]!.buys_again]).toEqual([0, 1]);
  });
});

describe('the tables', () => {
  it('have the target first and no header, each customer in one of them', async () => {
    const { folder, table, report } = await featuresOf(OTHERS);
    const side = (name: string) =>
      readFileSync(join(folder, name, `${name}.csv`), 'utf8')
        .trimEnd()
        .split('\n');
    const expected = (validates: boolean) =>
      table
        .filter((row) => row.validates === validates)
        .map((row) => ['buys_again', ...FEATURE_NAMES].map((name) => Number(row[name])));
    for (const [name, validates] of [
      ['train', false],
      ['validation', true],
    ] as const) {
      expect(side(name).map((line) => line.split(',').map(Number))).toEqual(expected(validates));
      expect(report[name].customers).toBe(side(name).length);
    }
  });

  it('are refused when there is nothing to learn from', async () => {
    await expect(featuresOf([lineOf()])).rejects.toThrow(NothingToLearn);
    await expect(featuresOf([])).rejects.toThrow(/no transactions/);
  });
});

describe('features', () => {
  it('are what a plain reading makes of any transactions', { timeout: 120_000 }, async () => {
    const line = fc
      .record({
        invoice: fc.constantFrom('1', '2', '3', '4', 'C5', 'C6'),
        invoice_date: fc
          .tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 86_399 }))
          .map(([day, second]) =>
            new Date(Date.UTC(2025, 5, 1) + day * 86_400_000 + second * 1000)
              .toISOString()
              .slice(0, 19)
              .replace('T', ' '),
          ),
        customer_id: fc.constantFrom('10001', '10002', '10003', '99999'),
        product_code: fc.constantFrom('P1', 'P2', 'P3'),
        quantity: fc.integer({ min: 1, max: 30 }).map(String),
        unit_price: fc.integer({ min: 1, max: 999_999 }).map((cents) => (cents / 100).toFixed(2)),
        country: fc.constantFrom('Spain', 'Italy', 'Sweden'),
        channel: fc.constantFrom('store', 'online'),
      })
      .map((row) => lineOf(row.invoice.startsWith('C') ? { ...row, quantity: `-${row.quantity}` } : row));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 40 }),
        fc.integer({ min: 1, max: 200 }),
        async (lines, horizonDays) => {
          const learnable = OTHERS.map((other) =>
            other.replace('2026-03-04', '2025-07-04').replace('2026-06-01', '2026-06-30'),
          );
          const { table, transactions } = await featuresOf([...lines, ...learnable], horizonDays);
          const plain = featuresPlainly(transactions, AS_OF, horizonDays).sort((a, b) => a.customer_id - b.customer_id);
          expect(table.map(({ customer_id, buys_again, validates }) => [customer_id, buys_again, validates])).toEqual(
            plain.map(({ customer_id, buys_again, validates }) => [customer_id, buys_again, validates]),
          );
          for (const [index, row] of table.entries())
            for (const name of FEATURE_NAMES) expect(row[name], name).toBeCloseTo(plain[index]![name] as number, 9);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('are the same bytes on one thread and on two', async () => {
    const raw = join(base, 'raw');
    const { asOf } = await generate(raw, { rows: 30_000, seed: 5, partRows: 10_000 });
    const made: Buffer[][] = [];
    for (const threads of [1, 2]) {
      const output = join(base, `threads-${threads}`);
      await clean({ files: csvFiles(raw), output, asOf, threads });
      await engineer({ transactions: join(output, 'transactions'), output, asOf, horizonDays: 90, threads });
      made.push(
        ['quarantine.csv', 'train/train.csv', 'validation/validation.csv'].map((name) =>
          readFileSync(join(output, name)),
        ),
      );
    }
    expect(made[1]).toEqual(made[0]);
  });
});
