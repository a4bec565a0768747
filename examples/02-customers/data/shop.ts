/**
 * The invented shop: its products, its customers and how they behave. Everything here is made up; the README says so too.
 *
 * Customers follow the Pareto/NBD model of buying: each buys at a rate of their own while they are customers, and leaves on a
 * day that nobody sees. So who bought often and lately is likely to buy again, and nobody can be sure: as in real shops.
 */
import { exponential, type Random } from './random.ts';

export const COUNTRIES = ['Spain', 'Portugal', 'France', 'Italy', 'Germany', "Côte d'Ivoire", 'México'];
const COUNTRY_SHARES = [0.62, 0.11, 0.09, 0.07, 0.06, 0.02, 0.03];

const THINGS = [
  'Mug',
  'Plate',
  'Bowl',
  'Lamp',
  'Candle',
  'Cushion',
  'Blanket',
  'Notebook',
  'Basket',
  'Clock',
  'Café cup',
];
const MATERIALS = ['enamel', 'oak', 'linen', 'glass', 'cotton', 'steel', 'cork', 'wool'];
const LOOKS = ['white', 'blue', 'striped', 'dotted', 'azulejo', 'plain'];

export type Product = { code: string; name: string; cents: number };

/** 528 products: `Mug, oak, blue`. Their names hold commas, and some hold quotes, so that they must be quoted in CSV. */
export function products(chance: Random): Product[] {
  const names = THINGS.flatMap((thing) =>
    MATERIALS.flatMap((material) => LOOKS.map((look) => [thing, material, look] as const)),
  );
  return names.map(([thing, material, look], index) => ({
    code: `P${String(10_000 + index * 7)}`,
    name: nameOf(index, thing, material, look),
    cents: 95 + Math.round(exponential(chance, 900)),
  }));
}

function nameOf(index: number, thing: string, material: string, look: string): string {
  if (index % 97 === 0) return `${thing} "${look}", ${material}`;
  return index % 20 === 0 ? `${thing}, ${material}, ${look}` : `${thing} ${material} ${look}`;
}

/** Who buys: one entry a customer in each column, so that a quarter of a million take a few megabytes. */
export type Customers = {
  count: number;
  /** First day on which they may buy, and the day on which they no longer do. */
  joins: Int32Array;
  leaves: Int32Array;
  /** Of the most eager customer's rate, in 255ths. */
  rate: Uint8Array;
  /** What they choose of: a customer keeps to a part of the shelf. */
  taste: Uint16Array;
  country: Uint8Array;
  /** In how many of 255 purchases they buy online. */
  online: Uint8Array;
};

/** @param days how long the shop is looked at: half of the customers were there before */
export function customers(count: number, days: number, chance: Random): Customers {
  const made: Customers = {
    count,
    joins: new Int32Array(count),
    leaves: new Int32Array(count),
    rate: new Uint8Array(count),
    taste: new Uint16Array(count),
    country: new Uint8Array(count),
    online: new Uint8Array(count),
  };
  for (let index = 0; index < count; index += 1) {
    made.joins[index] = Math.max(0, chance.integer(days * 2) - days);
    made.leaves[index] = made.joins[index]! + 1 + Math.round(exponential(chance, 1100));
    made.rate[index] = Math.min(255, 2 + Math.round(exponential(chance, 16) * exponential(chance, 1)));
    made.taste[index] = chance.integer(THINGS.length * MATERIALS.length * LOOKS.length);
    made.country[index] = pick(COUNTRY_SHARES, chance);
    made.online[index] = chance.chance(0.35) ? 230 : 40;
  }
  return made;
}

/** How much is bought on a day beside an ordinary one, in thousandths: weekends, December, and a dip in August. */
export function weightOfDay(date: Date): number {
  const weekday = [700, 900, 900, 950, 1000, 1300, 1500][date.getUTCDay()]!;
  const month = [850, 850, 950, 950, 1000, 1000, 950, 700, 1000, 1050, 1300, 1700][date.getUTCMonth()]!;
  return Math.round((weekday * month) / 1000);
}

function pick(shares: readonly number[], chance: Random): number {
  let left = chance.fraction();
  for (const [index, share] of shares.entries()) {
    left -= share;
    if (left < 0) return index;
  }
  return 0;
}
