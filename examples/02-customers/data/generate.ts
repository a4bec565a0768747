/**
 * Invented transactions of an invented shop: `node data/generate.ts --rows 100000 --seed 1 --out data/raw`.
 *
 * G1. The same seed and rows give the same bytes, on every machine.
 * G2. The files hold exactly `rows` lines of data, day after day, written as they are made: memory does not
 *     grow with them beyond what is kept of each customer (some 16 bytes).
 * G3. manifest.json is written last and holds what was injected: the count of each fault, the files and their digests.
 */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FAULTS, type Fault, faulty, line, nextFault, type Row } from './faults.ts';
import { type Random, random } from './random.ts';
import { COUNTRIES, type Customers, customers, type Product, products, weightOfDay } from './shop.ts';

export const HEADER = 'invoice,invoice_date,customer_id,product_code,description,quantity,unit_price,country,channel';
const FIRST_DAY = Date.UTC(2024, 6, 1);
const DAYS = 730;
const DAY_MS = 86_400_000;
/** How many lines a customer has on average, over the two years. */
const LINES_A_CUSTOMER = 40;
const CHUNK_BYTES = 1 << 20;

export type Recipe = { rows: number; seed: number; partRows?: number };
export type Manifest = {
  synthetic: true;
  seed: number;
  rows: number;
  /** The day after the last transaction: nothing after it can be true. */
  asOf: string;
  faults: Record<Fault, number>;
  parts: { file: string; rows: number; bytes: number; sha256: string }[];
};

type Made = { bytes: Buffer; fault?: Fault };

/** Writes the files below `folder`, and manifest.json when all are there. */
export async function generate(folder: string, { rows, seed, partRows = 1_000_000 }: Recipe): Promise<Manifest> {
  if (!Number.isSafeInteger(rows) || rows < 0) throw new RangeError(`rows is ${rows}: give a whole number, 0 or more.`);
  if (!Number.isSafeInteger(partRows) || partRows < 1) throw new RangeError(`partRows is ${partRows}: give 1 or more.`);
  mkdirSync(folder, { recursive: true });
  const faults = Object.fromEntries(Object.keys(FAULTS).map((kind) => [kind, 0])) as Record<Fault, number>;
  const parts: Manifest['parts'] = [];
  const lines = transactions(rows, seed);
  do {
    const left = rows - parts.length * partRows;
    const file = `transactions-${String(parts.length + 1).padStart(4, '0')}.csv`;
    parts.push(await writePart(folder, file, lines, Math.min(left, partRows), faults));
  } while (parts.length * partRows < rows);
  const asOf = new Date(FIRST_DAY + DAYS * DAY_MS).toISOString().slice(0, 10);
  const manifest: Manifest = { synthetic: true, seed, rows, asOf, faults, parts };
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

async function writePart(
  folder: string,
  file: string,
  lines: Iterator<Made>,
  rows: number,
  faults: Manifest['faults'],
) {
  const digest = createHash('sha256');
  const handle = await open(join(folder, file), 'w');
  const end = Buffer.from('\n');
  let chunk: Buffer[] = [Buffer.from(`${HEADER}\n`)];
  let [size, bytes] = [chunk[0]!.length, 0];
  const flush = async () => {
    const whole = Buffer.concat(chunk);
    digest.update(whole);
    await handle.writeFile(whole);
    bytes += whole.length;
    [chunk, size] = [[], 0];
  };
  try {
    for (let row = 0; row < rows; row += 1) {
      const made = lines.next().value as Made;
      if (made.fault) faults[made.fault] += 1;
      chunk.push(made.bytes, end);
      size += made.bytes.length + 1;
      if (size >= CHUNK_BYTES) await flush();
    }
    await flush();
  } finally {
    await handle.close();
  }
  return { file, rows, bytes, sha256: digest.digest('hex') };
}

/** `rows` lines, day after day: each has its share of them. */
function* transactions(rows: number, seed: number): Generator<Made, undefined> {
  const chance = random(seed);
  const shelf = products(chance);
  const people = customers(Math.max(20, Math.round(rows / LINES_A_CUSTOMER)), DAYS, chance);
  const weights = Array.from({ length: DAYS }, (_, day) => weightOfDay(new Date(FIRST_DAY + day * DAY_MS)));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const shop = { chance, shelf, people, invoice: 100_000 };
  const lines = pending();
  let [passed, written] = [0, 0];
  for (const [day, weight] of weights.entries()) {
    passed += weight;
    const until = Math.floor((rows * passed) / whole);
    while (written < until) {
      if (lines.length === 0) lines.push(...invoiceOf(shop, day));
      yield lines.shift()!;
      written += 1;
    }
  }
  return undefined;
}

function pending(): Made[] {
  return [];
}

type Shop = { chance: Random; shelf: readonly Product[]; people: Customers; invoice: number };

/** One invoice, or now and then one that takes things back; each line faulty or not, some of them twice. */
function invoiceOf(shop: Shop, day: number): Made[] {
  const { chance, shelf, people } = shop;
  const who = buyer(people, day, chance);
  const returns = chance.chance(0.04);
  shop.invoice += 1;
  const minutes = 8 * 60 + Math.floor(((chance.fraction() + chance.fraction()) / 2) * 14 * 60);
  const at = new Date(FIRST_DAY + day * DAY_MS + minutes * 60_000 + chance.integer(60) * 1000).toISOString();
  const head = {
    invoice: `${returns ? 'C' : ''}${shop.invoice}`,
    date: `${at.slice(0, 10)} ${at.slice(11, 19)}`,
    customer: String(10_001 + who),
    country: COUNTRIES[people.country[who]!]!,
    channel: chance.integer(255) < people.online[who]! ? 'online' : 'store',
  };
  const lines = returns ? 1 : 1 + Math.min(20, chance.integer(3) * chance.integer(4) + chance.integer(6));
  return Array.from({ length: lines }, (_, index) => {
    // Products a step apart: no invoice names one twice, so that two equal lines are a fault and nothing else.
    const product = shelf[(people.taste[who]! + index * 37 + chance.integer(36)) % shelf.length]!;
    const quantity = 1 + chance.integer(3) * chance.integer(4);
    const row: Row = {
      ...head,
      product: product.code,
      description: product.name,
      quantity: String(returns ? -quantity : quantity),
      price: priceOf(product.cents),
    };
    return madeOf(row, chance);
  }).flat();
}

function madeOf(row: Row, chance: Random): Made[] {
  const fault = nextFault(chance);
  if (fault !== undefined && fault !== 'duplicate') return [{ bytes: faulty(row, fault, chance), fault }];
  const bytes = Buffer.from(line(row), 'utf8');
  return fault === undefined ? [{ bytes }] : [{ bytes }, { bytes, fault }];
}

/** Someone who may buy on that day, the more likely the more eager they are. */
function buyer(people: Customers, day: number, chance: Random): number {
  for (;;) {
    const who = chance.integer(people.count);
    const there = people.joins[who]! <= day && day < people.leaves[who]!;
    if (there && chance.integer(256) < people.rate[who]!) return who;
    // A shop of a few customers may have none left on a day: then somebody comes back.
    if (people.count < 1000 && chance.chance(0.002)) return who;
  }
}

function priceOf(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: join(import.meta.dirname, 'raw') },
      'part-rows': { type: 'string', default: '1000000' },
    },
  });
  const { rows, seed, out } = values;
  const made = await generate(out, { rows: Number(rows), seed: Number(seed), partRows: Number(values['part-rows']) });
  console.log(`${made.rows} invented rows in ${made.parts.length} files below ${out}`);
}
