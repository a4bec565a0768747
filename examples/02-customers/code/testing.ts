/**
 * For tests: cleaning and features again, row by row and as plainly as can be, to compare with what DuckDB makes; and rows to
 * begin with. Shares no code with the steps but their names.
 */
import { type CleaningReport, clean } from './cleaning.ts';
import { HEADER, HIGHEST_PRICE, LONGEST_LINE, type Reason } from './cleaningSql.ts';
import { withDuck } from './duck.ts';

export type Transaction = {
  invoice: string;
  sold_at: string;
  customer_id: number;
  product_code: string;
  description: string;
  quantity: number;
  cents: number;
  country: string;
  channel: string;
};
export type Aside = { reason: Reason; file: string };
export type Cleaned = { transactions: Transaction[]; aside: Aside[] };

const GOOD = ['1001', '2026-03-04 10:11:12', '10001', 'P1', 'Mug', '2', '1.50', 'Spain', 'store'];
const NAMES = HEADER.split(',');

/** A good line, but for what is given by the names of columns. */
export function lineOf(changes: { [column: string]: string } = {}): string {
  return NAMES.map((name, index) => changes[name] ?? GOOD[index]).join(',');
}

export function fileOf(lines: readonly (string | Buffer)[], end = '\n'): Buffer {
  const ended = [HEADER, ...lines].flatMap((line) => [Buffer.from(line), Buffer.from(end)]);
  return Buffer.concat(ended);
}

/** What cleaning must make of these files, in their order. */
export function cleanedPlainly(files: { [name: string]: Buffer }, asOf: string): Cleaned {
  const transactions = new Map<string, Transaction>();
  const aside: Aside[] = [];
  for (const name of Object.keys(files).sort()) {
    for (const line of linesOf(files[name]!).slice(1)) {
      if (line.length === 0) continue;
      const judged = judge(line, asOf);
      if (typeof judged === 'string') aside.push({ reason: judged, file: name });
      else if (transactions.has(JSON.stringify(judged))) aside.push({ reason: 'duplicate', file: name });
      else transactions.set(JSON.stringify(judged), judged);
    }
  }
  return { transactions: [...transactions.values()], aside };
}

function linesOf(bytes: Buffer): Buffer[] {
  const text = bytes.toString('latin1');
  return text.split(/\r\n|\n|\r/).map((line) => Buffer.from(line, 'latin1'));
}

function judge(bytes: Buffer, asOf: string): Transaction | Reason {
  if (bytes.length >= LONGEST_LINE) return 'too_long';
  let line: string;
  try {
    line = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return 'bad_encoding';
  }
  if (['\0', '\u0001', '\u0002'].some((control) => line.includes(control))) return 'bad_encoding';
  const fields = fieldsOf(line);
  if (fields?.length !== 9) return 'wrong_columns';
  const [invoice, date, customer, product, description, quantity, price, country, channel] = fields as string[];
  if (!isDate(date!)) return 'bad_date';
  if (date!.slice(0, 10) >= asOf) return 'future_date';
  if (customer === '') return 'missing_customer';
  if (!isWhole(customer!) || Number(customer) <= 0) return 'bad_customer';
  if (!isWhole(quantity!) || quantity === '0' || invoice!.startsWith('C') !== quantity!.startsWith('-'))
    return 'bad_quantity';
  if (!/^(0|[1-9]\d*)\.\d\d$/.test(price!) || Number(price) <= 0 || Number(price) > HIGHEST_PRICE) return 'bad_price';
  if ([invoice, product, country, channel].includes('')) return 'missing_value';
  return {
    ...{ invoice: invoice!, sold_at: date!, customer_id: Number(customer), product_code: product! },
    ...{ description: description!, quantity: Number(quantity), cents: Math.round(Number(price) * 100) },
    ...{ country: country!, channel: channel! },
  };
}

/** Character after character; undefined where a quote stands that does not belong there. */
function fieldsOf(line: string): string[] | undefined {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    let field = '';
    if (line[at] === '"') {
      at += 1;
      while (line[at] !== '"' || line[at + 1] === '"') {
        if (at >= line.length) return undefined;
        if (line[at] === '"') at += 1;
        field += line[at];
        at += 1;
      }
      at += 1;
      if (at < line.length && line[at] !== ',') return undefined;
    } else {
      while (at < line.length && line[at] !== ',') {
        if (line[at] === '"') return undefined;
        field += line[at];
        at += 1;
      }
    }
    fields.push(field);
    if (at >= line.length) return fields;
    at += 1;
  }
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return false;
  const at = new Date(`${text.replace(' ', 'T')}Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 19).replace('T', ' ') === text;
}

function isWhole(text: string): boolean {
  return /^(0|-?[1-9]\d{0,9})$/.test(text) && Math.abs(Number(text)) < 2 ** 31;
}

/** What cleaning made: its rows read back, in no particular order. */
export async function cleanedByDuck(
  files: readonly string[],
  output: string,
  asOf: string,
): Promise<Cleaned & { report: CleaningReport; lines: string[] }> {
  const report = await clean({ files, output, asOf, threads: 2 });
  return await withDuck({ threads: 1 }, async (duck) => ({
    report,
    transactions:
      report.clean === 0
        ? []
        : await duck.rows<Transaction>(
            `SELECT * REPLACE (sold_at::VARCHAR AS sold_at) FROM read_parquet('${output}/transactions/*.parquet')`,
          ),
    aside: await duck.rows<Aside>(
      `SELECT reason, file FROM read_csv('${output}/quarantine.csv', header = true, all_varchar = true, max_line_size = 200000)`,
    ),
    lines: (
      await duck.rows<{ line: string }>(
        `SELECT line FROM read_csv('${output}/quarantine.csv', header = true, all_varchar = true, max_line_size = 200000)`,
      )
    ).map(({ line }) => line),
  }));
}

/** Rows as texts in order: to compare two sets of them. */
export function sorted(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
}

export type Features = {
  customer_id: number;
  buys_again: number;
  validates: boolean;
  [feature: string]: number | boolean;
};

/** What feature engineering must make of these transactions, customer after customer. */
export function featuresPlainly(transactions: readonly Transaction[], asOf: string, horizonDays: number): Features[] {
  const end = dayOf(asOf);
  const cutOff = end - horizonDays;
  const table: Features[] = [];
  for (const [customer_id, own] of grouped(transactions, (row) => row.customer_id)) {
    const invoices = [...grouped(own, (row) => row.invoice).values()].map(invoiceOf);
    const known = invoices.filter(({ day }) => day < cutOff);
    const bought = known.filter(({ returns }) => !returns);
    if (bought.length === 0) continue;
    const later = invoices.some(({ day, returns }) => !returns && day >= cutOff && day < end);
    table.push({
      customer_id,
      ...featuresOf(
        bought,
        known.length - bought.length,
        sum(
          known.filter(({ returns }) => returns),
          'cents',
        ),
        cutOff,
      ),
      buys_again: Number(later),
      validates: Number((BigInt(customer_id) * 2_654_435_761n) % 2n ** 32n) < 2 ** 32 / 5,
    });
  }
  return table;
}

type Invoice = ReturnType<typeof invoiceOf>;

function invoiceOf(lines: readonly Transaction[]) {
  const first = lines.map(({ sold_at }) => sold_at).sort()[0]!;
  const at = new Date(`${first.replace(' ', 'T')}Z`);
  return {
    day: Math.floor(at.getTime() / 86_400_000),
    evening: at.getUTCHours() >= 18,
    weekend: [0, 6].includes(at.getUTCDay()),
    month: at.getUTCMonth() + 1,
    returns: lines[0]!.invoice.startsWith('C'),
    cents: lines.reduce((total, line) => total + line.cents * line.quantity, 0),
    units: lines.reduce((total, line) => total + line.quantity, 0),
    lines: lines.length,
    domestic: lines.every(({ country }) => country === 'Spain'),
    online: lines.some(({ channel }) => channel === 'online'),
  };
}

function featuresOf(bought: readonly Invoice[], returns: number, returned: number, cutOff: number) {
  const days = bought.map(({ day }) => cutOff - day);
  const [last, first] = [Math.min(...days), Math.max(...days)];
  const within = (limit: number) => bought.filter(({ day }) => cutOff - day <= limit);
  const share = (holds: (invoice: Invoice) => boolean) => bought.filter(holds).length / bought.length;
  const [cents, units] = [sum(bought, 'cents'), sum(bought, 'units')];
  return {
    ...{ recency_days: last, frequency: bought.length, monetary: cents / 100, tenure_days: first },
    gap_days: bought.length === 1 ? first : (first - last) / (bought.length - 1),
    ...{ frequency_30: within(30).length, frequency_90: within(90).length, frequency_180: within(180).length },
    monetary_90: sum(within(90), 'cents') / 100,
    basket_value: cents / bought.length / 100,
    basket_value_max: Math.max(...bought.map((invoice) => invoice.cents)) / 100,
    ...{ basket_lines: sum(bought, 'lines') / bought.length, basket_units: units / bought.length },
    ...{ unit_value: cents / units / 100, returns, return_share: -returned / cents },
    ...{ weekend_share: share(({ weekend }) => weekend), evening_share: share(({ evening }) => evening) },
    season_share: share(({ month }) => month >= 11),
    last_month: bought.reduce((latest, invoice) => (invoice.day > latest.day ? invoice : latest)).month,
    ...{ online_share: share(({ online }) => online), domestic: Number(bought.every(({ domestic }) => domestic)) },
  };
}

function grouped<T, Key>(rows: readonly T[], key: (row: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

function sum(invoices: readonly Invoice[], name: 'cents' | 'units' | 'lines'): number {
  return invoices.reduce((total, invoice) => total + invoice[name], 0);
}

function dayOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 86_400_000;
}
