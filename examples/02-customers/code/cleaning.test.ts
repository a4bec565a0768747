import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { generate } from '../data/generate.ts';
import { clean, csvFiles, DeliveryRefused } from './cleaning.ts';
import { HEADER, LONGEST_LINE, NO_LINE, REASONS } from './cleaningSql.ts';
import { cleanedByDuck, cleanedPlainly, fileOf, lineOf, sorted } from './testing.ts';

const AS_OF = '2026-07-01';
const base = mkdtempSync(join(tmpdir(), 'customers-cleaning-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let folders = 0;
/** Cleans files of these contents in a folder of their own. */
async function cleaned(files: { [name: string]: Buffer }) {
  folders += 1;
  const folder = mkdtempSync(join(base, `${folders}-`));
  const paths = Object.entries(files).map(([name, bytes]) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  });
  return await cleanedByDuck(paths, join(folder, 'clean'), AS_OF);
}

/** What becomes of one line beside a good one: its reason, or 'clean'. */
async function fateOf(line: string | Buffer): Promise<string> {
  const { report, aside } = await cleaned({ 'a.csv': fileOf([line, lineOf({ invoice: '9' })]) });
  expect(report.rows).toBe(2);
  return report.quarantined === 0 ? 'clean' : (aside[0]?.reason ?? 'lost');
}

describe('the reason of a bad row', () => {
  const fates: [fate: string, line: string | Buffer][] = [
    ['clean', lineOf()],
    ['clean', lineOf({ invoice: 'C7', quantity: '-1' })],
    ['clean', lineOf({ description: '"Mug, 9 cm, ""blue"""' })],
    ['clean', lineOf({ description: '' })],
    ['clean', lineOf({ unit_price: '10000.00' })],
    ['too_long', lineOf({ description: 'x'.repeat(LONGEST_LINE) })],
    ['bad_encoding', Buffer.from(lineOf({ country: 'España' }), 'latin1')],
    ['bad_encoding', lineOf({ description: 'a\0b' })],
    ['bad_encoding', `${lineOf()}\u0001`],
    ['bad_encoding', `${lineOf({ description: 'a\u0001b' })}\u0001`],
    ['bad_encoding', lineOf({ description: '"a\u0002b"' })],
    ['wrong_columns', lineOf().slice(0, lineOf().lastIndexOf(','))],
    ['wrong_columns', `${lineOf()},`],
    ['wrong_columns', '   '],
    ['wrong_columns', lineOf({ description: '"Mug' })],
    ['wrong_columns', lineOf({ description: 'M"ug' })],
    ['wrong_columns', lineOf({ description: '"Mug" blue' })],
    ['bad_date', lineOf({ invoice_date: '2026-02-30 10:00:00' })],
    ['bad_date', lineOf({ invoice_date: '2026-03-04' })],
    ['bad_date', lineOf({ invoice_date: '2026-03-04T10:11:12' })],
    ['bad_date', lineOf({ invoice_date: '2026-3-4 10:11:12' })],
    ['bad_date', lineOf({ invoice_date: '' })],
    ['bad_date', lineOf({ invoice_date: 'infinity' })],
    ['future_date', lineOf({ invoice_date: '2026-07-01 00:00:00' })],
    ['clean', lineOf({ invoice_date: '2026-06-30 23:59:59' })],
    ['missing_customer', lineOf({ customer_id: '' })],
    ['bad_customer', lineOf({ customer_id: ' 10001' })],
    ['bad_customer', lineOf({ customer_id: '0' })],
    ['bad_customer', lineOf({ customer_id: '99999999999' })],
    ['bad_quantity', lineOf({ quantity: '0' })],
    ['bad_quantity', lineOf({ quantity: '-1' })],
    ['bad_quantity', lineOf({ quantity: '1', invoice: 'C7' })],
    ['bad_quantity', lineOf({ quantity: '1.0' })],
    ['bad_price', lineOf({ unit_price: '0.00' })],
    ['bad_price', lineOf({ unit_price: '10000.01' })],
    ['bad_price', lineOf({ unit_price: '1.5' })],
    ['bad_price', lineOf({ unit_price: '1.505' })],
    ['bad_price', lineOf({ unit_price: 'nan' })],
    ['missing_value', lineOf({ invoice: '' })],
    ['missing_value', lineOf({ product_code: '' })],
    ['missing_value', lineOf({ country: '""' })],
    ['missing_value', lineOf({ channel: '' })],
    // Of several, the first in the order of REASONS.
    ['bad_date', lineOf({ invoice_date: 'x', customer_id: '', quantity: '0', unit_price: 'x' })],
  ];
  it.each(fates)('is %s: %j', async (fate, line) => {
    expect(await fateOf(line)).toBe(fate);
  });

  it('is tried for every reason', () => {
    const tried = new Set(fates.map(([fate]) => fate));
    expect(REASONS.filter((reason) => !tried.has(reason))).toEqual(['duplicate']);
  });
});

describe('duplicates', () => {
  it('are all but the first of equal rows, in one file and in several', async () => {
    const { report, transactions, aside } = await cleaned({
      'b.csv': fileOf([lineOf(), lineOf({ quantity: '3' })]),
      'a.csv': fileOf([lineOf(), lineOf(), lineOf({ quantity: '1' })]),
    });
    expect(report).toMatchObject({ rows: 5, clean: 3, reasons: { duplicate: 2 } });
    expect(transactions).toHaveLength(3);
    expect(aside.map(({ file }) => file)).toEqual(['a.csv', 'b.csv']);
  });

  it('are equal rows too when one is in quotes that it does not need', async () => {
    const { report } = await cleaned({
      'a.csv': fileOf([lineOf(), lineOf({ channel: '"store"' })]),
      'b.csv': fileOf([lineOf({ description: '"Mug"' }), lineOf({ description: '"Mug,"' })]),
    });
    expect(report).toMatchObject({ rows: 4, clean: 2, reasons: { duplicate: 2 } });
  });

  it('are not rows that differ in one field, nor bad rows', async () => {
    const bad = lineOf({ customer_id: '' });
    const { report } = await cleaned({ 'a.csv': fileOf([lineOf(), lineOf({ channel: 'online' }), bad, bad]) });
    expect(report).toMatchObject({ clean: 2, reasons: { duplicate: 0, missing_customer: 2 } });
  });

  it('go into quarantine as they were written', async () => {
    const line = lineOf({ description: '"Mug, ""blue"""' });
    expect((await cleaned({ 'a.csv': fileOf([line, line]) })).lines).toEqual([line]);
  });
});

describe('hostile files', () => {
  it('have lines that end in any way, and may begin with a byte order mark', async () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const { report } = await cleaned({ 'a.csv': fileOf(['\ufeff', lineOf(), lineOf({ quantity: '5' })], end) });
      expect(report).toMatchObject({ rows: 3, clean: 2, reasons: { wrong_columns: 1 } });
    }
    const marked = Buffer.concat([Buffer.from('\ufeff'), fileOf([lineOf()])]);
    expect((await cleaned({ 'a.csv': marked })).report).toMatchObject({ rows: 1, clean: 1 });
  });

  it('mix them, end without one, and hold empty lines, which are none', async () => {
    const text = `${HEADER}\n${lineOf()}\r\n\n${lineOf({ quantity: '4' })}\r\r\n${lineOf({ quantity: '5' })}`;
    expect((await cleaned({ 'a.csv': Buffer.from(text) })).report).toMatchObject({ rows: 3, clean: 3 });
  });

  it('lose one line to a quote that never closes', async () => {
    const lines = [lineOf(), lineOf({ description: '"Mug' }), lineOf({ quantity: '4' }), lineOf({ quantity: '5' })];
    const { report } = await cleaned({ 'a.csv': fileOf(lines) });
    expect(report).toMatchObject({ rows: 4, clean: 3, reasons: { wrong_columns: 1 } });
  });

  it('may hold only a header', async () => {
    expect((await cleaned({ 'a.csv': fileOf([]) })).report).toMatchObject({ rows: 0, clean: 0, quarantined: 0 });
    expect((await cleaned({ 'a.csv': Buffer.from(HEADER) })).report).toMatchObject({ rows: 0 });
  });

  it('lose no row to lines that are too long, wherever they lie', async () => {
    const lines = [65_536, 900_000, 1_000_000, 70_000, 1_000_000].flatMap((length, index) => [
      lineOf({ quantity: String(index + 1) }),
      lineOf({ description: 'x'.repeat(length) }),
    ]);
    const { report } = await cleaned({ 'a.csv': fileOf([...lines, lineOf({ quantity: '9' })]) });
    expect(report).toMatchObject({ rows: 11, clean: 6, reasons: { too_long: 5 } });
  });

  it('may have a line of just the length at which a file is refused', async () => {
    const long = (length: number) => 'x'.repeat(length);
    const lines = [long(NO_LINE), lineOf(), long(NO_LINE - 4096), long(NO_LINE), ...Array(30_000).fill(lineOf())];
    const { report } = await cleaned({
      'a.csv': fileOf([...lines, ...lines, ...lines]),
      'b.csv': fileOf([long(NO_LINE)], '\r'),
    });
    expect(report).toMatchObject({ rows: 90_013, clean: 1, reasons: { too_long: 10, duplicate: 90_002 } });
  });

  const refused: [what: string, name: string, bytes: Buffer, says: RegExp][] = [
    ['empty', 'a.csv', Buffer.alloc(0), /a\.csv is empty/],
    ['of another header', 'a.csv', Buffer.from('id,name\n1,2\n'), /header of a\.csv is 'id,name'/],
    ['compressed', 'a.csv', gzipSync(fileOf([lineOf()])), /compressed with gzip/],
    ['UTF-16', 'a.csv', Buffer.from(`\ufeff${HEADER}\n`, 'utf16le'), /header of a\.csv/],
    ['one long line', 'a.csv', fileOf([lineOf(), 'x'.repeat(3_000_000), lineOf()]), /line of more than 1048576 bytes/],
    [
      'one line too long',
      'a.csv',
      fileOf([lineOf(), 'x'.repeat(NO_LINE + 1), lineOf()]),
      /more than 1048576 bytes, at byte 151/,
    ],
    ['named as a pattern', 'a*.csv', fileOf([lineOf()]), /'a\*\.csv' may hold/],
  ];
  it.each(refused)('are refused when they are %s', async (_what, name, bytes, says) => {
    const outcome = cleaned({ [name]: bytes });
    await expect(outcome).rejects.toThrow(DeliveryRefused);
    await expect(outcome).rejects.toThrow(says);
  });

  it('are refused when there are none, or for a day that is none', async () => {
    await expect(clean({ files: [], output: base, asOf: AS_OF })).rejects.toThrow(/no files/);
    await expect(clean({ files: ['a'], output: base, asOf: '2026-02-30' })).rejects.toThrow(/'2026-02-30' is no day/);
  });
});

describe('cleaning', () => {
  const odd = fc.constantFrom(
    '',
    ' ',
    '"',
    '""',
    ',',
    '"a,b"',
    '"a""b"',
    'C',
    '-1',
    '0',
    '1.50',
    '\0',
    '\u0001',
    '\u0002',
    'é',
  );
  const field = (good: string, ...others: string[]) =>
    fc.oneof({ weight: 12, arbitrary: fc.constantFrom(good, ...others) }, { weight: 1, arbitrary: odd });
  const line = fc
    .tuple(
      field('1001', 'C1001', 'C"'),
      field('2026-03-04 10:11:12', '2026-06-31 00:00:00', '2030-01-01 00:00:00', '0001-01-01 00:00:00'),
      field('10001', '10002', '2147483648', '01'),
      field('P1', 'P2'),
      field('Mug', '"Mug, blue"', 'Taza española', '"a"b'),
      field('1', '-1', '+1', '2147483647', '1e3'),
      field('1.50', '0.01', '9999999999.99', '01.50', '.50'),
      field('Spain', 'México'),
      field('store', 'online'),
    )
    .map((fields) => fields.join(','));
  const spoilt = fc.tuple(
    line,
    fc.constantFrom('utf8', 'utf8', 'utf8', 'latin1'),
    fc.constantFrom('\n', '\n', '\r\n', '\r'),
  );
  const file = fc
    .array(spoilt, { maxLength: 12 })
    .map((lines) =>
      Buffer.concat([
        Buffer.from(`${HEADER}\n`),
        ...lines.map(([text, encoding, end]) => Buffer.from(text + end, encoding as 'utf8')),
      ]),
    );

  it('does what a plain reading does, on any files', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(file, file, async (first, second) => {
        const files = { 'a.csv': first, 'b.csv': second };
        const [ours, plain] = [await cleaned(files), cleanedPlainly(files, AS_OF)];
        expect(sorted(ours.aside)).toEqual(sorted(plain.aside));
        expect(sorted(ours.transactions)).toEqual(sorted(plain.transactions));
      }),
      { numRuns: 60 },
    );
  });

  it('finds exactly the faults that the generator injected', async () => {
    const raw = join(base, 'raw');
    const { faults, asOf, rows } = await generate(raw, { rows: 20_000, seed: 3, partRows: 7_000 });
    const report = await clean({ files: csvFiles(raw), output: join(base, 'clean'), asOf });
    expect(report.reasons).toEqual({ too_long: 0, bad_customer: 0, ...faults });
    expect(report.rows).toBe(rows);
    expect(Math.min(...Object.values(faults))).toBeGreaterThan(5);
  });
});
