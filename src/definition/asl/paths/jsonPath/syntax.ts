/** A JSONPath, taken apart. What is written in it is data here; evaluating is the business of the files beside. */
import type { Json } from '../../scope.ts';

/** Where a path begins: the document, the context object, a variable; `@` only within filters. */
export type Root =
  | { readonly kind: 'document' }
  | { readonly kind: 'context' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'item' };

export type Step =
  | { readonly kind: 'member'; readonly name: string }
  /** `['a','b']`: at the end of a path one object of those there are, elsewhere each of them. */
  | { readonly kind: 'members'; readonly names: readonly string[] }
  /** Negative: counted from the end. */
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'indices'; readonly indices: readonly number[] }
  | { readonly kind: 'slice'; readonly from?: number; readonly to?: number }
  | { readonly kind: 'wildcard' }
  /** `..`: the next step is applied to everything below. */
  | { readonly kind: 'scan' }
  | { readonly kind: 'filter'; readonly test: Test };

export type FunctionName =
  | 'append'
  | 'avg'
  | 'concat'
  | 'first'
  | 'index'
  | 'keys'
  | 'last'
  | 'length'
  | 'max'
  | 'min'
  | 'size'
  | 'stddev'
  | 'sum';

export type Call = { readonly name: FunctionName; readonly args: readonly Operand[] };

export type Path = {
  readonly root: Root;
  readonly steps: readonly Step[];
  /** Functions stand at the end. */
  readonly call?: Call;
};

export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'pattern'; readonly source: string; readonly ignoreCase: boolean };

export const OPERATORS = [
  '===',
  '!==',
  '==',
  '!=',
  '<=',
  '>=',
  '=~',
  '<',
  '>',
  'subsetof',
  'contains',
  'anyof',
  'noneof',
  'empty',
  'size',
  'all',
  'nin',
  'in',
] as const;
export type Operator = (typeof OPERATORS)[number];

export type Test =
  | { readonly kind: 'and' | 'or'; readonly tests: readonly Test[] }
  | { readonly kind: 'not'; readonly test: Test }
  | { readonly kind: 'exists'; readonly path: Path }
  | { readonly kind: 'compare'; readonly left: Operand; readonly operator: Operator; readonly right: Operand };

/** Whether the path leads to one place at most: Jayway answers such a path with a value, any other with a list. */
export function isDefinite(path: Path): boolean {
  return path.steps.every(
    (step, position) =>
      step.kind === 'member' ||
      step.kind === 'index' ||
      (step.kind === 'members' && position === path.steps.length - 1),
  );
}

/** The names of the variables in a path, those in its filters and arguments too; names may come twice. */
export function variablesOf(path: Path): string[] {
  const own = path.root.kind === 'variable' ? [path.root.name] : [];
  const filters = path.steps.flatMap((step) => (step.kind === 'filter' ? variablesOfTest(step.test) : []));
  return [...own, ...filters, ...(path.call?.args ?? []).flatMap(variablesOfOperand)];
}

function variablesOfTest(test: Test): string[] {
  switch (test.kind) {
    case 'and':
    case 'or':
      return test.tests.flatMap(variablesOfTest);
    case 'not':
      return variablesOfTest(test.test);
    case 'exists':
      return variablesOf(test.path);
    case 'compare':
      return [...variablesOfOperand(test.left), ...variablesOfOperand(test.right)];
  }
}

function variablesOfOperand(operand: Operand): string[] {
  return operand.kind === 'path' ? variablesOf(operand.path) : [];
}
