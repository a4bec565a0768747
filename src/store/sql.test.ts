import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { placed, sqlOver } from './sql.ts';

describe('parameters', () => {
  it('are put in their places, as often as they are named', () => {
    expect(placed('SELECT $a, $b, $a')).toEqual({ text: 'SELECT ?, ?, ?', names: ['a', 'b', 'a'] });
  });

  it('are not looked for in strings', () => {
    const text = "SELECT document ->> '$.name', 'it''s $5' FROM t WHERE id = $id";
    expect(placed(text)).toEqual({ text: text.replace('= $id', '= ?'), names: ['id'] });
  });

  it('reach SQLite under their names, in any order; one that misses is said', () => {
    const sql = sqlOver(new DatabaseSync(':memory:'), () => {});
    const two = sql.one<{ a: string; b?: string }, { x: string }>("SELECT $b || '$a' || $a || $b AS x");
    expect(two({ a: '1', b: '-' })).toEqual({ x: '-$a1-' });
    expect(() => two({ a: '1' })).toThrow('a statement misses its $b');
  });
});
