/**
 * What cleaning is, as SQL: one statement a step, in the order in which they run, for one file after another:
 *
 *   lines → judged: every row with what it means or the reason why it is bad; the file is read once
 *   judged → signs: hashes of rows that may be there twice → repeated: such rows, and which of equal ones each is
 *   judged, repeated → the clean part, and what is put aside
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
/** Stands between fields where commas do not: a control character that no text may hold. */
const CUT = '\u0002';
const TOO_MANY = CUT.repeat(HEADER.split(',').length);
/** What DuckDB reads at a time: buffers of this size are used again and again, larger ones would each be asked of the system. */
const BUFFER = 4 * NO_LINE;
/** More than that for one thing is a slip of the keyboard, in this shop. */
export const HIGHEST_PRICE = 10_000;

/** Columns with more kinds than that in a row group are written without a dictionary: it would not pay. */
const FEW_KINDS = 1000;

/** The columns of a clean transaction. `cents` is the price of one. */
export const CLEAN_COLUMNS =
  'invoice, sold_at, customer_id, product_code, description, quantity, cents, country, channel';

/**
 * The file as lines. No text holds the delimiter, a control character: a line that does has a `rest`, and is refused for it.
 * Lines that are too long or not UTF-8 go into DuckDB's table `reject_errors`, the others on.
 */
function lines(file: string): string {
  return `
    SELECT line, rest, contains(line, '"') AS quoted FROM read_csv(${literal(file)},
      auto_detect = false, header = false, skip = 1, columns = {'line': 'VARCHAR', 'rest': 'VARCHAR'}, delim = '${CUT}',
      quote = '', escape = '', nullstr = '\u0001', null_padding = true, strict_mode = false, max_line_size = ${LONGEST_LINE},
      store_rejects = true, rejects_limit = 0, buffer_size = ${BUFFER})
    WHERE line IS NULL OR line <> '' OR rest IS NOT NULL`;
}

export const MACROS = [
  // A line with quotes, cut at them: every second piece lies inside and is kept. Outside there is nothing, which in the middle of a
  // field is an escaped quote, or the commas that end one field and begin another, which become CUT. What is neither, or a quote
  // that never closes, makes more fields than there are.
  `CREATE MACRO piece_of(piece, nth, count) AS CASE
     WHEN nth % 2 = 0 THEN if(nth = count, '${TOO_MANY}', piece)
     WHEN piece = '' THEN if(nth = 1 OR nth = count, '', '"')
     WHEN (nth = 1 OR starts_with(piece, ',')) AND (nth = count OR ends_with(piece, ',')) THEN replace(piece, ',', '${CUT}')
     ELSE '${TOO_MANY}'
   END`,
  `CREATE MACRO unquoted(pieces) AS
     list_aggregate(list_transform(pieces, lambda piece, nth: piece_of(piece, nth, len(pieces))), 'string_agg', '')`,
  `CREATE MACRO csv_field(value) AS
     if(contains(value, ',') OR contains(value, '"'), '"' || replace(value, '"', '""') || '"', value)`,
];

/** Every row with what its texts mean, NULL where they mean nothing. */
function read(file: string): string {
  const columns = HEADER.split(',').map((name, index) => `parts[${index + 1}] AS ${name}`);
  return `
    SELECT line, rest, len(parts) AS columns, ${columns.join(', ')},
      try_cast(parts[2] AS TIMESTAMP) AS sold_at, try_cast(parts[3] AS INTEGER) AS customer,
      try_cast(parts[6] AS INTEGER) AS units, try_cast(parts[7] AS DECIMAL(9, 2)) AS price
    FROM (
      SELECT line, rest,
        string_split(if(quoted, unquoted(string_split(line, '"')), line), if(quoted, '${CUT}', ',')) AS parts
      FROM (${lines(file)}))`;
}

/**
 * The rows of a file: what they mean and, of bad ones, the reason (C3) and the line. A comparison with what is NULL is no reason, so
 * that each begins with asking for it. Equal rows have the same sign, and few others do.
 */
export function judge(file: string, asOf: string): string {
  return `
    CREATE OR REPLACE TEMP TABLE judged AS
    SELECT invoice, sold_at, customer AS customer_id, product_code, description, units AS quantity,
      (price * 100)::INTEGER AS cents, country, channel, hash(sold_at, customer, product_code) AS sign, reason,
      if(reason IS NOT NULL, line, NULL) AS line
    FROM (
      SELECT *, CASE
        WHEN rest IS NOT NULL OR line IS NULL OR contains(line, chr(0)) OR contains(line, chr(1)) THEN 'bad_encoding'
        WHEN columns <> 9 THEN 'wrong_columns'
        WHEN sold_at IS NULL OR strlen(invoice_date) <> 19 OR sold_at::VARCHAR <> invoice_date THEN 'bad_date'
        WHEN sold_at >= TIMESTAMP ${literal(asOf)} THEN 'future_date'
        WHEN customer_id = '' THEN 'missing_customer'
        WHEN customer IS NULL OR customer <= 0 OR customer::VARCHAR <> customer_id THEN 'bad_customer'
        -- A purchase takes at least one; a return, an invoice that begins with C, brings at least one back.
        WHEN units IS NULL OR units = 0 OR (units < 0) <> starts_with(invoice, 'C') OR units::VARCHAR <> quantity
          THEN 'bad_quantity'
        WHEN price IS NULL OR price <= 0 OR price > ${HIGHEST_PRICE} OR price::VARCHAR <> unit_price THEN 'bad_price'
        WHEN invoice = '' OR product_code = '' OR country = '' OR channel = '' THEN 'missing_value'
      END AS reason
      FROM (${read(file)}))`;
}

/** What outlives a file: the signs of all good rows, and all that was put aside. */
export const TABLES = [
  'CREATE TEMP TABLE seen (sign UBIGINT)',
  'CREATE TEMP TABLE aside (reason VARCHAR, file VARCHAR, line VARCHAR)',
];

/** Signs that a good row shares with another one of the file, and with one of an earlier file. */
export const SIGNS = [
  'CREATE OR REPLACE TEMP TABLE own AS SELECT sign, count(*) > 1 AS again FROM judged WHERE reason IS NULL GROUP BY sign',
  'CREATE OR REPLACE TEMP TABLE met AS SELECT sign FROM own SEMI JOIN seen USING (sign)',
  'CREATE OR REPLACE TEMP TABLE signs AS SELECT sign FROM own WHERE again UNION FROM met',
  'INSERT INTO seen SELECT sign FROM own',
  'DROP TABLE own',
];
export const MET = 'SELECT count(*)::INTEGER AS rows FROM met';

/**
 * Of rows that may be there twice, which one each is: since signs can meet by chance, the fields decide. `nth` counts equal rows,
 * from 2 where the clean part of an earlier file has one.
 *
 * @param parts earlier parts that may have some of them
 */
export function repeated(parts: readonly string[]): string {
  const rows = 'judged SEMI JOIN signs USING (sign) WHERE reason IS NULL';
  const before = parts.length
    ? `SELECT DISTINCT ${CLEAN_COLUMNS}, 1 AS nth FROM ${parquet(parts)} WHERE invoice IN (SELECT invoice FROM ${rows})`
    : `SELECT ${CLEAN_COLUMNS}, 1 AS nth FROM judged WHERE false`;
  return `
    CREATE OR REPLACE TEMP TABLE repeated AS
    SELECT ${CLEAN_COLUMNS}, coalesce(before.nth, 0) + row_number() OVER (PARTITION BY ${CLEAN_COLUMNS}) AS nth
    FROM (FROM ${rows}) LEFT JOIN (${before}) AS before USING (${CLEAN_COLUMNS})`;
}

/** Writes the rows that are there once, and the first of equal ones; no file where there are none. */
export function writeClean(path: string): string {
  return `
    COPY (
      SELECT ${CLEAN_COLUMNS} FROM judged ANTI JOIN signs USING (sign) WHERE reason IS NULL
      UNION ALL
      SELECT ${CLEAN_COLUMNS} FROM repeated WHERE nth = 1
    ) TO ${literal(path)} (FORMAT parquet, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT ${FEW_KINDS}, WRITE_EMPTY_FILE false)`;
}

/** A duplicate's line, written again: as it stood, but for quotes that were not needed. */
const WRITTEN = `
  concat_ws(',', csv_field(invoice), sold_at::VARCHAR, customer_id::VARCHAR, csv_field(product_code), csv_field(description),
    quantity::VARCHAR, (cents / 100)::DECIMAL(12, 2)::VARCHAR, csv_field(country), csv_field(channel))`;

/**
 * Bad rows, duplicates, and lines that DuckDB could not read, which it tells in its own words: more than once where more is wrong
 * with a line.
 */
export function putAside(name: string): string[] {
  const file = literal(name);
  return [
    `INSERT INTO aside SELECT reason, ${file}, line FROM judged WHERE reason IS NOT NULL`,
    `INSERT INTO aside SELECT 'duplicate', ${file}, ${WRITTEN} FROM repeated WHERE nth > 1`,
    `INSERT INTO aside
     SELECT if(bool_or(error_type = 'LINE SIZE OVER MAXIMUM'), 'too_long', 'bad_encoding'), ${file},
       left(any_value(csv_line), ${LONGEST_LINE})
     FROM reject_errors GROUP BY line`,
    'DELETE FROM reject_errors',
  ];
}

export function writeQuarantine(path: string): string {
  return `COPY (FROM aside ORDER BY ALL) TO ${literal(path)} (FORMAT csv, HEADER true)`;
}

export const COUNTS = 'SELECT reason, count(*)::INTEGER AS rows FROM aside GROUP BY reason';

export function cleanCount(parts: readonly string[]): string {
  return `SELECT count(*)::INTEGER AS rows FROM ${parquet(parts)}`;
}

function parquet(files: readonly string[]): string {
  return `read_parquet([${files.map(literal).join(', ')}])`;
}
