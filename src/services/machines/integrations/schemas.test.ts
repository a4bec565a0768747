/** Arguments and results by the schemas of every operation of the official SDKs: what the wire's decoder makes of the same values. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import type { OperationModel } from '../../../protocol/api.ts';
import { inputFromJson } from '../../../protocol/json.ts';
import type { Member, Shape } from '../../../protocol/shapes.ts';
import { readArguments } from './arguments.ts';
import { memberName, type Naming } from './names.ts';
import { resultOf } from './results.ts';
import { iam, logs, sagemaker, states, sts } from './testing.ts';

const OPERATIONS = [iam, logs, sagemaker, states, sts].flatMap((api) => [...api.operations.values()]);
const NAMINGS = ['sdk', 'optimized'] as const;

/** The same value twice: as the wire has it, and as a task's argument. */
type Twice = { wire: Json; argument: Json };

const simple = (value: fc.Arbitrary<Json>): fc.Arbitrary<Twice> => value.map((one) => ({ wire: one, argument: one }));

function twice(shape: Shape, naming: Naming, depth: number): fc.Arbitrary<Twice> {
  switch (shape.kind) {
    case 'structure':
      return members(shape.members(), shape.union, naming, depth);
    case 'list':
      return fc.array(twice(shape.member.shape, naming, depth - 1), { maxLength: depth > 0 ? 2 : 0 }).map((all) => ({
        wire: all.map(({ wire }) => wire),
        argument: all.map(({ argument }) => argument),
      }));
    case 'map':
      return fc
        .dictionary(fc.string(), twice(shape.value.shape, naming, depth - 1), { maxKeys: depth > 0 ? 2 : 0 })
        .map((all) => both(Object.entries(all).map(([key, value]) => [key, key, value])));
    case 'timestamp':
      return simple(
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((at) => at.toISOString()),
      );
    case 'blob':
      return simple(fc.base64String());
    case 'number':
      return simple(fc.integer());
    case 'boolean':
      return simple(fc.boolean());
    default:
      return simple(fc.string());
  }
}

function members(all: readonly Member[], union: boolean, naming: Naming, depth: number): fc.Arbitrary<Twice> {
  const few = fc.subarray([...all], { maxLength: Math.min(all.length, depth > 0 ? (union ? 1 : 6) : 0) });
  return few.chain((chosen) =>
    fc
      .tuple(...chosen.map(({ shape }) => twice(shape, naming, depth - 1)))
      .map((values) =>
        both(chosen.map(({ name }, index) => [name, memberName(naming, name), values[index]!] as const)),
      ),
  );
}

/** `__proto__` is a name like any other. */
function both(entries: readonly (readonly [string, string, Twice])[]): Twice {
  const put = (pairs: (readonly [string, Json])[]) =>
    JSON.parse(
      `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`,
    ) as JsonObject;
  return {
    wire: put(entries.map(([wire, , value]) => [wire, value.wire])),
    argument: put(entries.map(([, argument, value]) => [argument, value.argument])),
  };
}

const anyCase = fc
  .constantFrom(...OPERATIONS)
  .chain((operation) =>
    fc
      .constantFrom(...NAMINGS)
      .chain((naming) => twice(operation.input(), naming, 4).map((values) => ({ operation, naming, ...values }))),
  );

it('arguments give the input that the same request on the wire gives', () =>
  fc.assert(
    fc.property(anyCase, ({ operation, naming, wire, argument }) => {
      const { input, problems } = readArguments(operation.input(), argument as JsonObject, { naming });
      expect(problems).toEqual([]);
      expect(input).toEqual(inputFromJson(operation, wire));
    }),
    { numRuns: 300 },
  ));

it('results are arguments again, and give what they were made of', () =>
  fc.assert(
    fc.property(anyCase, ({ operation, naming, wire }) => {
      const values = inputFromJson(operation, wire) as object;
      const result = resultOf(operation.input(), values, { naming });
      expect(readArguments(operation.input(), result, { naming })).toEqual({ input: values, problems: [] });
    }),
    { numRuns: 300 },
  ));

it('any JSON is an input or has problems, and nothing else happens', () =>
  fc.assert(
    fc.property(fc.constantFrom(...OPERATIONS), fc.dictionary(fc.string(), fc.jsonValue()), (operation, given) => {
      const named = Object.fromEntries(
        Object.values(given).map((value, index) => [nameAt(operation, index), value as Json]),
      );
      const { problems } = readArguments(operation.input(), { ...named, ...(given as JsonObject) }, { naming: 'sdk' });
      expect(problems.every((one) => /is not supported by Step Functions$|is wanted$/.test(one))).toBe(true);
    }),
  ));

function nameAt(operation: OperationModel, index: number): string {
  return memberName('sdk', operation.input().members()[index]?.name ?? 'Missing');
}

it('no two members of a shape have the same name', () => {
  const seen = new Set<Shape>();
  const visit = (shape: Shape): void => {
    if (seen.has(shape)) return;
    seen.add(shape);
    if (shape.kind === 'list') visit(shape.member.shape);
    if (shape.kind === 'map') visit(shape.value.shape);
    if (shape.kind !== 'structure') return;
    for (const naming of NAMINGS) {
      const names = shape.members().map(({ name }) => memberName(naming, name));
      expect(new Set(names).size, shape.name).toBe(names.length);
    }
    for (const { shape: below } of shape.members()) visit(below);
  };
  for (const operation of OPERATIONS) for (const shape of [operation.input(), operation.output()]) visit(shape);
  expect(seen.size).toBeGreaterThan(2000);
});
