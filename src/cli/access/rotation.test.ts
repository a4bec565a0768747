import { describe, expect, it } from 'vitest';
import { type Key, labelFor, nextStep } from './rotation.ts';

const key = (id: string, day: number, more: Partial<Key> = {}): Key => ({
  ...{ id, active: true, createdAt: new Date(Date.UTC(2026, 0, day)), label: undefined },
  ...{ usedAt: undefined, usedFor: undefined, ...more },
});
const used = { usedAt: new Date() };
const off = { active: false };

describe('the next step of a rotation', () => {
  it.each([
    ['no key yet', [], {}, 'create', undefined],
    ['one key', [key('a', 1)], {}, 'create', 'a'],
    ['a new key that nobody used', [key('b', 2), key('a', 1)], {}, 'wait', 'a'],
    ['a new key that is in use', [key('a', 1), key('b', 2, used)], {}, 'retire', 'a'],
    ['two keys of one second', [key('b', 1), key('a', 1, used)], {}, 'wait', 'a'],
    ['no waiting', [key('a', 1), key('b', 2)], { now: true }, 'retire', 'a'],
    ['the old key is off', [key('a', 1, off), key('b', 2, used)], {}, 'rotated', 'a'],
    ['the old key is off and unwanted', [key('a', 1, off), key('b', 2)], { deleteOld: true }, 'retire', 'a'],
    ['the younger key is the one that is off', [key('a', 1, used), key('b', 2, off)], {}, 'rotated', 'b'],
  ] as [string, Key[], object, string, string | undefined][])('%s', (_, keys, wanted, kind, old) => {
    const step = nextStep(keys, { now: false, deleteOld: false, ...wanted });
    expect([step.kind, step.old?.id]).toEqual([kind, old]);
  });
});

it('keys are called primary and rotation in turn', () => {
  expect(labelFor('u', undefined)).toBe('u-primary');
  expect(labelFor('u', 'u-primary')).toBe('u-rotation');
  expect(labelFor('u', 'u-rotation')).toBe('u-primary');
});
