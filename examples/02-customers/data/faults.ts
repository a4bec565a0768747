/**
 * What is wrong with one in forty lines: faults of named kinds, of which the manifest says how many there are.
 *
 * F1. A line has one fault, so that each kind's count is also the count of the reason that cleaning must give.
 */

import type { Random } from './random.ts';
import { COUNTRIES } from './shop.ts';

/** A line of the file, before it is written. */
export type Row = {
  invoice: string;
  date: string;
  customer: string;
  product: string;
  description: string;
  quantity: string;
  price: string;
  country: string;
  channel: string;
};

/** The kinds, by the reason that cleaning gives, and how many lines of a million have them. */
export const FAULTS = {
  duplicate: 5_000,
  missing_customer: 6_000,
  bad_quantity: 3_000,
  bad_price: 2_000,
  bad_date: 2_500,
  future_date: 1_500,
  wrong_columns: 2_000,
  bad_encoding: 1_000,
  missing_value: 1_500,
} as const;
export type Fault = keyof typeof FAULTS;

const KINDS = Object.entries(FAULTS) as [Fault, number][];

/** Which fault the next line has; none, mostly. */
export function nextFault(chance: Random): Fault | undefined {
  let left = chance.integer(1_000_000);
  for (const [fault, share] of KINDS) {
    left -= share;
    if (left < 0) return fault;
  }
  return undefined;
}

/** The line with that fault, as bytes; a duplicate is the same line again, which its writer sees to. */
export function faulty(row: Row, fault: Exclude<Fault, 'duplicate'>, chance: Random): Buffer {
  return FAULTY[fault](row, chance);
}

const FAULTY: Record<Exclude<Fault, 'duplicate'>, (row: Row, chance: Random) => Buffer> = {
  missing_customer: (row) => utf8(line({ ...row, customer: '' })),
  // Zero, a purchase that brings back, a return that takes away, a part of a thing, and text.
  bad_quantity: (row, chance) => utf8(line({ ...row, quantity: badQuantity(row, chance.integer(4)) })),
  bad_price: (row, chance) =>
    utf8(line({ ...row, price: one(['0.00', '-4.50', '999999.00', '12.5', 'free'], chance) })),
  bad_date: (row, chance) => utf8(line({ ...row, date: badDate(row.date, chance.integer(4)) })),
  future_date: (row) => utf8(line({ ...row, date: `${Number(row.date.slice(0, 4)) + 11}${row.date.slice(4)}` })),
  wrong_columns: (row, chance) => utf8(badColumns(line(row), chance.integer(3))),
  // As a till writes it that still speaks Latin-1.
  bad_encoding: (row) => Buffer.from(line({ ...row, country: COUNTRIES[6]! }), 'latin1'),
  missing_value: (row, chance) => utf8(line(chance.chance(0.5) ? { ...row, product: '' } : { ...row, country: '' })),
};

function badQuantity(row: Row, kind: number): string {
  const turned = row.quantity.startsWith('-') ? row.quantity.slice(1) : `-${row.quantity}`;
  return ['0', turned, '1.5', 'many'][kind]!;
}

function badDate(date: string, kind: number): string {
  const [year, month, day] = [date.slice(0, 4), date.slice(5, 7), date.slice(8, 10)];
  return [
    `${day}/${month}/${year} ${date.slice(11)}`,
    `${year}-02-30 ${date.slice(11)}`,
    `${year}-${month}-${day}`,
    '',
  ][kind]!;
}

function badColumns(text: string, kind: number): string {
  if (kind === 0) return text.slice(0, text.lastIndexOf(','));
  return kind === 1 ? `${text},gift` : `${text},gift,wrapped`;
}

/** A row as a line of CSV, without its end. */
export function line(row: Row): string {
  const { description } = row;
  const quoted = /[",]/.test(description) ? `"${description.replaceAll('"', '""')}"` : description;
  return `${row.invoice},${row.date},${row.customer},${row.product},${quoted},${row.quantity},${row.price},${row.country},${row.channel}`;
}

function utf8(text: string): Buffer {
  return Buffer.from(text, 'utf8');
}

function one(texts: readonly string[], chance: Random): string {
  return texts[chance.integer(texts.length)]!;
}
