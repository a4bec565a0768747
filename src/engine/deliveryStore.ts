/** All SQL of deliveries: rows that wait for their receiver. Owns the table `deliveries`. */
import type { Migrations } from '../store/migrations.ts';
import type { Sql } from '../store/sql.ts';

export const deliveryMigrations: Migrations = {
  owner: 'deliveries',
  steps: [
    `CREATE TABLE deliveries (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       queue TEXT NOT NULL,
       lane TEXT NOT NULL,
       due INTEGER NOT NULL,
       attempt INTEGER NOT NULL,
       created INTEGER NOT NULL,
       body TEXT NOT NULL
     ) STRICT;
     CREATE INDEX deliveries_by_lane ON deliveries (queue, lane, due);
     CREATE INDEX deliveries_by_due ON deliveries (queue, due);`,
  ],
};

export type DeliveryRow = {
  id: number;
  lane: string;
  due: number;
  attempt: number;
  created: number;
  body: string;
};

type InLane = { queue: string; lane: string };

export function deliveryStore(sql: Sql) {
  const columns = 'id, lane, due, attempt, created, body';
  return {
    add: sql.insert<Omit<DeliveryRow, 'id'> & { queue: string }>(
      'INSERT INTO deliveries (queue, lane, due, attempt, created, body) VALUES ($queue, $lane, $due, $attempt, $created, $body)',
    ),
    byId: sql.one<{ id: number }, DeliveryRow>(`SELECT ${columns} FROM deliveries WHERE id = $id`),
    dueInLane: sql.all<InLane & { now: number; most: number }, DeliveryRow>(
      `SELECT ${columns} FROM deliveries WHERE queue = $queue AND lane = $lane AND due <= $now ORDER BY due, id LIMIT $most`,
    ),
    lanesDue: sql.all<{ queue: string; after: number; now: number }, { lane: string }>(
      'SELECT DISTINCT lane FROM deliveries WHERE queue = $queue AND due > $after AND due <= $now',
    ),
    nextDue: sql.one<{ queue: string; now: number }, { due: number | null }>(
      'SELECT min(due) AS due FROM deliveries WHERE queue = $queue AND due > $now',
    ),
    inLane: sql.all<InLane & { most: number }, DeliveryRow>(
      `SELECT ${columns} FROM deliveries WHERE queue = $queue AND lane = $lane ORDER BY due, id LIMIT $most`,
    ),
    again: sql.change<{ id: number; due: number; attempt: number }>(
      'UPDATE deliveries SET due = $due, attempt = $attempt WHERE id = $id',
    ),
    remove: sql.change<{ id: number }>('DELETE FROM deliveries WHERE id = $id'),
    removeLane: sql.change<InLane>('DELETE FROM deliveries WHERE queue = $queue AND lane = $lane'),
    waiting: sql.one<InLane, { count: number }>(
      'SELECT count(*) AS count FROM deliveries WHERE queue = $queue AND lane = $lane',
    ),
  };
}
