/**
 * What cleaning is, as SQL: one statement a step, in the order in which they run, for one file after another:
 *
 *   lines → parts → read → judged: the table `staged`, each row with its reason or none → repeated → a clean part, `aside`
 *
 * C1. A line is a row, whatever stands in it: a quote that never closes spoils its own line and no other. (So a field cannot
 *     hold a line break, as RFC 4180 would allow.) Lines end with LF, CRLF or CR; empty ones are none.
 * C2. Strict: a value is good when it is written exactly as it would be written again. `1.50` is a price; `1.5`, `+1.50` and
 *     ` 1.50` are not. That is one rule for every type, in place of a pattern for each.
 * C3. A bad row has ONE reason: the first of REASONS that applies.
 * C4. Money is whole cents and sums of it are exact: the same in any order, on any number of threads.
 */
import { literal } from './duck.ts';

/** Every reason, in the order in which they are looked for. */
export const REASONS = [
  'too_long',
  'bad_encoding',
  'wrong_columns',
  'bad_date',
  'future_date',
  'missing_customer',
  'bad_customer',
  'bad_quantity',
  'bad_price',
  'missing_value',
  'duplicate',
] as const;
export type Reason = (typeof REASONS)[number];

export const HEADER = 'invoice,invoice_date,customer_id,product_code,description,quantity,unit_price,country,channel';
/** Bytes of a line: longer ones are set aside, of each the beginning. */
export const LONGEST_LINE = 65_536;
/** A file with a line of more bytes than that is no file of lines. (DuckDB would lose lines that span several of its buffers.) */
export const NO_LINE = 1_048_576;
/** More than that for one thing is a slip of the keyboard, in this shop. */
export const HIGHEST_PRICE = 10_000;

/** The columns of a clean transaction. `cents` is the price of one. */
export const CLEAN_COLUMNS =
  'invoice, sold_at, customer_id, product_code, description, quantity, cents, country, channel';

/**
 * The file as lines. No text holds the delimiter, a control character: a line that does has a `rest`, and is refused for it.
 * Lines that are too long or not UTF-8 go into DuckDB's table `reject_errors`, the others on.
 */
function lines(file: string): string {
  return `
    SELECT line, rest FROM read_csv(${literal(file)},
      auto_detect = false, header = false, skip = 1, columns = {'line': 'VARCHAR', 'rest': 'VARCHAR'}, delim = '\u0001',
      quote = '', escape = '', nullstr = '\u0002', null_padding = true, strict_mode = false, max_line_size = ${LONGEST_LINE},
      store_rejects = true, rejects_limit = 0)
    WHERE line IS NULL OR line <> '' OR rest IS NOT NULL`;
}

/**
 * Commas outside of quotes part a line. Cut at the quotes, every second piece lies inside of them: there a comma becomes
 * U+0002 until the line is parted. (An escaped quote, twice in a row, leads out and in again: right by itself.)
 */
const PARTED = `
  CASE WHEN NOT contains(line, '"') THEN string_split(line, ',') ELSE
    whole(list_transform(
      string_split(
        array_to_string(
          list_transform(string_split(line, '"'), lambda piece, nth: if(nth % 2 = 0, replace(piece, ',', chr(2)), piece)),
          '"'),
        ','),
      lambda field: unquoted(replace(field, chr(2), ','))))
  END`;

export const MACROS = [
  // A field without its quotes; NULL where quotes stand that do not belong there.
  `CREATE MACRO unquoted(field) AS CASE
     WHEN NOT contains(field, '"') THEN field
     WHEN regexp_full_match(field, '"([^"]|"")*"') THEN replace(field[2:-2], '""', '"')
   END`,
  // All fields, or none when one of them is broken: then there are not nine.
  'CREATE MACRO whole(fields) AS if(list_count(fields) = len(fields), fields, [])',
  `CREATE MACRO csv_field(value) AS
     if(contains(value, ',') OR contains(value, '"'), '"' || replace(value, '"', '""') || '"', value)`,
];

/** Every row with what its texts mean, NULL where they mean nothing. */
function read(file: string): string {
  return `
    SELECT line, rest, parts,
      parts[1] AS invoice, parts[4] AS product_code, parts[5] AS description, parts[8] AS country, parts[9] AS channel,
      try_cast(parts[2] AS TIMESTAMP) AS sold_at, try_cast(parts[3] AS INTEGER) AS customer_id,
      try_cast(parts[6] AS INTEGER) AS quantity, try_cast(parts[7] AS DECIMAL(12, 2)) AS price
    FROM (SELECT line, rest, ${PARTED} AS parts FROM (${lines(file)}))`;
}

/** C3: the reason, or NULL. A comparison with what is NULL is no reason, so that each begins with asking for it. */
function judged(file: string, asOf: string): string {
  return `
    SELECT *, CASE
      WHEN rest IS NOT NULL OR line IS NULL OR contains(line, chr(0)) OR contains(line, chr(2)) THEN 'bad_encoding'
      WHEN len(parts) <> 9 THEN 'wrong_columns'
      WHEN sold_at IS NULL OR strlen(parts[2]) <> 19 OR sold_at::VARCHAR <> parts[2] THEN 'bad_date'
      WHEN sold_at >= TIMESTAMP ${literal(asOf)} THEN 'future_date'
      WHEN parts[3] = '' THEN 'missing_customer'
      WHEN customer_id IS NULL OR customer_id <= 0 OR customer_id::VARCHAR <> parts[3] THEN 'bad_customer'
      -- A purchase takes at least one; a return, an invoice that begins with C, brings at least one back.
      WHEN quantity IS NULL OR quantity = 0 OR (quantity < 0) <> starts_with(invoice, 'C')
        OR quantity::VARCHAR <> parts[6] THEN 'bad_quantity'
      WHEN price IS NULL OR price <= 0 OR price > ${HIGHEST_PRICE} OR price::VARCHAR <> parts[7] THEN 'bad_price'
      WHEN invoice = '' OR product_code = '' OR country = '' OR channel = '' THEN 'missing_value'
    END AS reason
    FROM (${read(file)})`;
}

/** What outlives a file: the hashes of all clean rows, and all that was set aside. */
export const TABLES = [
  'CREATE TEMP TABLE seen (sign UBIGINT)',
  'CREATE TEMP TABLE aside (reason VARCHAR, file VARCHAR, line VARCHAR)',
];

/** Every line that could be read; `sign` is a hash by which equal rows find each other. */
export function stage(file: string, asOf: string): string {
  return `
    CREATE OR REPLACE TEMP TABLE staged AS
    SELECT reason, if(reason IS NULL, NULL, line) AS line, hash(line) AS sign,
      invoice, sold_at, customer_id, product_code, description, quantity, try_cast(price * 100 AS INTEGER) AS cents, country, channel
    FROM (${judged(file, asOf)})`;
}

/**
 * Good rows that may be there twice, in the file or in an earlier one: those whose hashes meet. Since hashes can meet by chance,
 * the fields decide: `nth` counts equal rows, from 2 where a clean part before has one.
 */
export function repeated(parts: readonly string[]): string[] {
  const before = parts.length
    ? `SELECT DISTINCT ${CLEAN_COLUMNS}, 1 AS nth FROM read_parquet([${parts.map(literal).join(', ')}])
       WHERE (invoice) IN (SELECT invoice FROM candidates)`
    : `SELECT ${CLEAN_COLUMNS}, 1 AS nth FROM candidates WHERE false`;
  return [
    `CREATE OR REPLACE TEMP TABLE signs AS
     SELECT sign FROM staged WHERE reason IS NULL GROUP BY sign HAVING count(*) > 1
     UNION SELECT sign FROM staged SEMI JOIN seen USING (sign) WHERE reason IS NULL`,
    `CREATE OR REPLACE TEMP TABLE candidates AS
     SELECT ${CLEAN_COLUMNS} FROM staged SEMI JOIN signs USING (sign) WHERE reason IS NULL`,
    `CREATE OR REPLACE TEMP TABLE repeated AS
     SELECT ${CLEAN_COLUMNS}, coalesce(before.nth, 0) + row_number() OVER (PARTITION BY ${CLEAN_COLUMNS}) AS nth
     FROM candidates LEFT JOIN (${before}) AS before USING (${CLEAN_COLUMNS})`,
  ];
}

/** Writes the clean rows of the file as Parquet. */
export function writePart(path: string): string {
  return `
    COPY (
      SELECT ${CLEAN_COLUMNS} FROM staged ANTI JOIN signs USING (sign) WHERE reason IS NULL
      UNION ALL
      SELECT ${CLEAN_COLUMNS} FROM repeated WHERE nth = 1
    ) TO ${literal(path)} (FORMAT parquet, COMPRESSION snappy)`;
}

/** DuckDB's own words for lines that it could not read, as reasons. */
const REJECTED = `
  SELECT if(bool_or(error_type = 'LINE SIZE OVER MAXIMUM'), 'too_long', 'bad_encoding') AS reason,
    left(any_value(csv_line), ${LONGEST_LINE}) AS line
  FROM reject_errors GROUP BY reject_errors.line`;

/** A duplicate's line, written again: as it stood, but for quotes that were not needed. */
const WRITTEN = `
  concat_ws(',', csv_field(invoice), sold_at::VARCHAR, customer_id::VARCHAR, csv_field(product_code), csv_field(description),
    quantity::VARCHAR, (cents / 100)::DECIMAL(12, 2)::VARCHAR, csv_field(country), csv_field(channel))`;

/** Puts the file's bad rows aside, remembers its good ones, and forgets what DuckDB rejected. */
export function setAside(name: string): string[] {
  return [
    `INSERT INTO aside
     SELECT reason, ${literal(name)}, line FROM staged WHERE reason IS NOT NULL
     UNION ALL SELECT reason, ${literal(name)}, line FROM (${REJECTED})
     UNION ALL SELECT 'duplicate', ${literal(name)}, ${WRITTEN} FROM repeated WHERE nth > 1`,
    'INSERT INTO seen SELECT sign FROM staged WHERE reason IS NULL',
    'DELETE FROM reject_errors',
  ];
}

export function writeQuarantine(path: string): string {
  return `COPY (FROM aside ORDER BY ALL) TO ${literal(path)} (FORMAT csv, HEADER true)`;
}

export const COUNTS = 'SELECT reason, count(*)::INTEGER AS rows FROM aside GROUP BY reason';
export const CLEAN_COUNT = `
  SELECT ((SELECT count(*) FROM seen) - (SELECT count(*) FROM aside WHERE reason = 'duplicate'))::INTEGER AS rows`;
