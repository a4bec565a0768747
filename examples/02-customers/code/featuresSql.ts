/**
 * What is known of a customer on a day, and what came of them after it, as SQL.
 *
 * F1. No leak in time: a feature sees transactions before the cut-off only, the target those from it on, for `horizon` days.
 * F2. No leak between customers: nothing is learned over several of them (no means, no encodings), and each is on one side of
 *     the split, which depends on their number alone.
 * F3. Sums are of whole cents, so that every feature is the same from run to run, in any order, on any number of threads.
 */
import { literal } from './duck.ts';

/** The shop's own country. */
export const HOME = 'Spain';
/** Multiplied with a customer's number modulo 2³²: neighbours land far apart (Knuth's multiplicative hash). */
const SCATTER = 2_654_435_761;
/** One customer in five validates. */
const VALIDATES_BELOW = 2 ** 32 / 5;

/**
 * Each feature: its name, how it is made of a customer's invoices (see `INVOICES`), and what it means. In the order of the columns.
 * Purchases are invoices that do not begin with C; `FILTER` keeps returns out of what purchases tell.
 */
export const FEATURES: readonly (readonly [name: string, sql: string, meaning: string])[] = [
  ['recency_days', 'days_ago(max(day) FILTER (bought))', 'days since the last purchase'],
  ['frequency', 'count(*) FILTER (bought)', 'purchases'],
  ['monetary', 'sum(cents) FILTER (bought) / 100', 'what they came to'],
  ['tenure_days', 'days_ago(min(day) FILTER (bought))', 'days since the first purchase'],
  [
    'gap_days',
    'if(count(*) FILTER (bought) = 1, days_ago(min(day) FILTER (bought)), (max(day) FILTER (bought) - min(day) FILTER (bought)) / (count(*) FILTER (bought) - 1))',
    'mean days between purchases; of a single one, the days since',
  ],
  ['frequency_30', 'count(*) FILTER (bought AND days_ago(day) <= 30)', 'purchases in the last 30 days'],
  ['frequency_90', 'count(*) FILTER (bought AND days_ago(day) <= 90)', 'in the last 90 days'],
  ['frequency_180', 'count(*) FILTER (bought AND days_ago(day) <= 180)', 'in the last 180 days'],
  [
    'monetary_90',
    'coalesce(sum(cents) FILTER (bought AND days_ago(day) <= 90), 0) / 100',
    'what those of 90 days came to',
  ],
  ['basket_value', 'sum(cents) FILTER (bought) / count(*) FILTER (bought) / 100', 'mean value of a purchase'],
  ['basket_value_max', 'max(cents) FILTER (bought) / 100', 'the largest one'],
  ['basket_lines', 'sum(lines) FILTER (bought) / count(*) FILTER (bought)', 'mean number of different products'],
  ['basket_units', 'sum(units) FILTER (bought) / count(*) FILTER (bought)', 'mean number of things'],
  ['unit_value', 'sum(cents) FILTER (bought) / sum(units) FILTER (bought) / 100', 'mean price of a thing'],
  ['returns', 'count(*) FILTER (NOT bought)', 'invoices that take things back'],
  [
    'return_share',
    'coalesce(-sum(cents) FILTER (NOT bought), 0) / sum(cents) FILTER (bought)',
    'value taken back beside value bought',
  ],
  [
    'weekend_share',
    'count(*) FILTER (bought AND weekday IN (0, 6)) / count(*) FILTER (bought)',
    'purchases on Saturday or Sunday',
  ],
  [
    'evening_share',
    'count(*) FILTER (bought AND hour >= 18) / count(*) FILTER (bought)',
    'purchases at 18:00 or later',
  ],
  [
    'season_share',
    'count(*) FILTER (bought AND month >= 11) / count(*) FILTER (bought)',
    'purchases in November and December',
  ],
  ['last_month', 'arg_max(month, day) FILTER (bought)', 'month of the last purchase'],
  ['online_share', 'count(*) FILTER (bought AND online) / count(*) FILTER (bought)', 'purchases over the web'],
  [
    'domestic',
    'bool_and(domestic) FILTER (bought)::INTEGER',
    '1 if all purchases were made from the shop’s own country',
  ],
];
export const FEATURE_NAMES = FEATURES.map(([name]) => name);

/** The day of the cut-off, as the macros of the other statements see it. */
export function macros(cutOff: string): string[] {
  const day = `DATE ${literal(cutOff)}`;
  return [
    `CREATE MACRO cut_off() AS ${day}`,
    // Whole days from that day to the cut-off: 1 for the last day that features see.
    'CREATE MACRO days_ago(day) AS cut_off() - day',
  ];
}

/**
 * One row an invoice. Its lines share customer, time, country and channel. Where they do not, the first time stands for all, every
 * line must be of the shop's own country, and one over the web is enough.
 */
export function invoices(transactions: string): string {
  return `
    CREATE TEMP TABLE invoices AS
    SELECT customer_id, invoice, min(sold_at)::DATE AS day, hour(min(sold_at)) AS hour, month(min(sold_at)) AS month,
      dayofweek(min(sold_at)) AS weekday, bool_and(country = ${literal(HOME)}) AS domestic, bool_or(channel = 'online') AS online,
      NOT starts_with(invoice, 'C') AS bought, sum(cents::BIGINT * quantity)::BIGINT AS cents, sum(quantity)::BIGINT AS units,
      count(*)::INTEGER AS lines
    FROM read_parquet(${literal(`${transactions}/*.parquet`)})
    GROUP BY customer_id, invoice`;
}

/** One row a customer who had bought before the cut-off. */
export function customers(horizonDays: number): string {
  const columns = FEATURES.map(([name, sql]) => `${sql} AS ${name}`).join(',\n      ');
  return `
    CREATE TEMP TABLE customers AS
    WITH known AS (
      SELECT customer_id, ${columns}
      FROM invoices WHERE day < cut_off() GROUP BY customer_id HAVING bool_or(bought)
    ), back AS (
      SELECT DISTINCT customer_id FROM invoices WHERE bought AND day >= cut_off() AND day < cut_off() + ${horizonDays}
    )
    SELECT known.*, (back.customer_id IS NOT NULL)::INTEGER AS buys_again,
      (known.customer_id * ${SCATTER}) % 4294967296 < ${VALIDATES_BELOW} AS validates
    FROM known LEFT JOIN back USING (customer_id)`;
}

/** Everything about every customer, for people and for later scoring. */
export function writeFeatures(path: string): string {
  return `COPY (SELECT * FROM customers ORDER BY customer_id) TO ${literal(path)} (FORMAT parquet, COMPRESSION snappy)`;
}

/** What XGBoost reads: no header, the target first. */
export function writeSide(path: string, validates: boolean): string {
  return `
    COPY (SELECT buys_again, ${FEATURE_NAMES.join(', ')} FROM customers WHERE validates = ${validates} ORDER BY customer_id)
    TO ${literal(path)} (FORMAT csv, HEADER false)`;
}

export const COUNTS = `
  SELECT validates, count(*)::INTEGER AS customers, coalesce(sum(buys_again), 0)::INTEGER AS "buyAgain"
  FROM customers GROUP BY validates`;
