import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScoringError } from '../errors.ts';
import { boosterInPickle } from './pickle.ts';
import { readModel } from './read.ts';
import { parseUbj } from './ubj.ts';

const MODELS = fileURLToPath(new URL('../../../tests/scoring/models/', import.meta.url));
const model = (file: string) => readFileSync(join(MODELS, file));
/** One of each format. */
const FORMATS = [
  '3.0.5-dart',
  '1.7.6-dart',
  '1.7.6-early.json',
  '1.7.6-classifier.joblib.pkl',
  '1.2.1-early.p2.pkl',
  '3.0.5-early.p5.pkl',
];

/** Reading it gives a model or a ScoringError: never another error, never no end. */
function readsOrRefuses(bytes: Uint8Array): void {
  try {
    readModel(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(ScoringError);
  }
}

const text = (value: string) => new TextEncoder().encode(value);
const joined = (...parts: (string | number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : part)));

describe.each(FORMATS)('a broken %s', (file) => {
  const whole = model(file);

  it('is refused wherever it is cut off', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 2 }), (length) => {
        expect(() => readModel(whole.subarray(0, length))).toThrow(ScoringError);
      }),
      { numRuns: 150, examples: [[0], [1], [200]] },
    );
  });

  it('with wrong bytes is read or refused, and takes no time', () => {
    const wrong = fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(wrong, (changes) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, byte] of changes) bytes[at] = byte;
        readsOrRefuses(bytes);
      }),
      { numRuns: 300 },
    );
  });
});

it('bytes of no format are refused', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), readsOrRefuses), { numRuns: 500 });
  expect(() => readModel(text('hello'))).toThrow(/in no format that Telar knows/);
  expect(() => readModel(text('bs64AAAA'))).toThrow(/base64 format/);
});

describe('UBJSON', () => {
  it.each([
    ['a count beyond the bytes', joined('[$d#l', [0x7f, 0xff, 0xff, 0xff])],
    ['a count of values without bytes', joined('[$Z#l', [0x7f, 0xff, 0xff, 0xff])],
    ['a negative count', joined('[#i', [0xff])],
    ['a text beyond the bytes', joined('SL', [0x7f, 0, 0, 0, 0, 0, 0, 0], 'a')],
    ['a length that is none', joined('S', 'd', [0, 0, 0, 0])],
    ['a type without a count', joined('[$d]')],
    ['an unknown type', joined('[?')],
    ['no end', joined('[')],
    ['nothing', joined('')],
    ['much nesting', joined('['.repeat(10_000))],
    ['much counted nesting', joined('[#i\u0001'.repeat(10_000))],
  ])('with %s is refused', (_name, bytes) => expect(() => parseUbj(bytes)).toThrow(ScoringError));

  it('is read or refused, whatever it is', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '$',
      '#',
      'i\u0001',
      'L',
      'd',
      'S',
      'U\u0002ab',
      'Z',
      'N',
      'l\0\0\0\u0001',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        try {
          parseUbj(joined(pieces.join('')));
        } catch (error) {
          expect(error).toBeInstanceOf(ScoringError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('JSON that nests without end is refused', () => {
    expect(() => readModel(text(`{"learner":${'['.repeat(200_000)}`))).toThrow(ScoringError);
  });
});

describe('a pickle', () => {
  it.each([
    ['what calls os.system', 'cposix\nsystem\n(X\u0003\0\0\0rm tR.'],
    [
      'what calls eval inside a booster',
      'cxgboost.core\nBooster\n)\u0081}X\u0006\0\0\0handlecbuiltins\neval\nX\u0001\0\0\x001\u0085Rsb.',
    ],
    ['a Booster of another module', 'cevil.core\nBooster\n)\u0081}X\u0006\0\0\0handleC\u0001{sb.'],
    ['a Booster without a handle', 'cxgboost.core\nBooster\n)\u0081}b.'],
    ['a number', 'K\u0001.'],
  ])('of %s is refused by name', (_name, code) => {
    expect(() => readModel(joined('\x80\x04', code))).toThrow(/not plainly a Booster/);
  });

  it.each([
    ['more values than it may have', 'N'.repeat(300_000)],
    ['marks without end', `${'('.repeat(50_000)}.`],
    ['nothing on its stack', '0.'],
    ['what it never noted', 'h\u0005.'],
    ['an unknown instruction', '\xff'],
    ['a persistent id', 'Pabc\n.'],
    ['bytes beyond its end', `B${'\xff\xff\xff\x7f'}ab.`],
    ['a name without end', `c${'a'.repeat(5000)}`],
    [
      'an array beyond its end',
      'cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\u0081}(X\u0005\0\0\0shapeJ\xff\xff\xff\x7f\u0085X\u0005\0\0\0dtypecnumpy\ndtype\nX\u0002\0\0\0i8\u0085Rub.',
    ],
  ])('with %s is refused', (_name, code) => {
    expect(() => readModel(joined('\x80\x04', code))).toThrow(ScoringError);
  });

  it('is not copied to find its booster', () => {
    const bytes = model('3.0.5-early.p5.pkl');
    expect(boosterInPickle(bytes).buffer).toBe(bytes.buffer);
  });
});

describe('a tree that is none', () => {
  type Tree = { left_children: number[]; right_children: number[]; split_indices: number[]; split_type?: number[] };
  const changed = (change: (tree: Tree, learner: Record<string, never>) => void) => {
    const document = JSON.parse(model('3.0.5-squarederror.json').toString());
    change(document.learner.gradient_booster.model.trees[0], document.learner);
    return () => readModel(text(JSON.stringify(document)));
  };

  it('goes in circles', () => {
    expect(changed((tree) => void Object.assign(tree.left_children, { 1: 0 }))).toThrow(/leads to node 0/);
    expect(changed((tree) => void Object.assign(tree.left_children, { 1: tree.right_children[1]! }))).toThrow(
      /is no tree/,
    );
  });
  it('leads nowhere', () => {
    expect(changed((tree) => void Object.assign(tree.right_children, { 0: 999 }))).toThrow(/leads to node 999/);
    expect(changed((tree) => void tree.right_children.pop())).toThrow(/different lengths/);
  });
  it('splits on a feature that is not there', () => {
    expect(changed((tree) => void Object.assign(tree.split_indices, { 0: 5 }))).toThrow(/splits on feature 5/);
  });
  it('has categories, which are refused by name', () => {
    expect(changed((tree) => void Object.assign(tree.split_type!, { 0: 1 }))).toThrow(/categorical splits/);
  });
  it('has an unknown objective, which is refused by name', () => {
    const rename = (name: string) =>
      changed(
        (_tree, learner: Record<string, { name: string }>) => void Object.assign(learner['objective']!, { name }),
      );
    expect(rename('my:own')).toThrow(/objective is "my:own"/);
    expect(rename('constructor')).toThrow(/objective is "constructor"/);
  });
});

it('every model of the library was read by some test', () => {
  expect(readdirSync(MODELS).length).toBeGreaterThan(150);
});
