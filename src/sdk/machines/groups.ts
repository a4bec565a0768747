/**
 * States that hold others: Parallel and Map.
 *
 * Mirrors https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html
 */
import type { JsonObject } from '../../definition/asl/scope.ts';
import type { MachineType } from '../../definition/asl/types.ts';
import { mistake, must } from '../mistake.ts';
import {
  type AnyWritten,
  expression,
  type Readable,
  type Told,
  type Writing,
  type Written,
  write,
  writeObject,
} from './expression.ts';
import { type GuardOptions, writeFlow, writeGuards } from './guards.ts';
import { type ItemReader, type ItemWriter, isItemReader } from './items.ts';
import { type FlowOptions, type State, type StateOptions, type States, writeBranch, writeNext } from './state.ts';

/** A branch of a Parallel state, by `branch`. */
export type Branch = { readonly states: States<string> };

export type ParallelOptions<N extends string, V> = StateOptions<N> &
  GuardOptions<N, V> &
  FlowOptions<Readable<never>, V> & {
    /** They run at once; the result is the list of what they give. */
    branches: readonly [Branch, ...Branch[]];
    /** Every branch's input. @default the state's own */
    arguments?: AnyWritten;
  };

export type MapOptions<N extends string, V, Item, Selected, D, K extends string> = StateOptions<N> &
  GuardOptions<N, V> &
  FlowOptions<Readable<never>, V> & {
    /** A list, or (of a distributed Map) what reads one from S3. */
    items: Written<readonly Item[]> | ItemReader<Item>;
    /** What an iteration is given in place of the item. @default the item */
    itemSelector?: (item: Readable<Item>, index: Readable<number>) => Selected;
    /** The states of an iteration. The item is the first one's input: states after it read variables, or what comes before them. */
    itemProcessor: (item: Readable<Batched<D, Told<Selected>>>) => States<K>;
    /** Iterations at once. @default AWS's: 40 inline, 10,000 distributed */
    maxConcurrency?: Written<number>;
    /** Run each iteration as an execution of its own. @default inline */
    distributed?: D;
  };

export type Distributed = {
  executionType: MachineType;
  /** Begins the ARNs of the executions; at most 40 characters. @default AWS makes one */
  label?: string;
  /** Several items for one iteration: its input is then `{ Items, BatchInput }`. */
  itemBatcher?: {
    maxItemsPerBatch?: Written<number>;
    maxInputBytesPerBatch?: Written<number>;
    batchInput?: AnyWritten;
  };
  /** Where results are written, in place of the state's result. */
  resultWriter?: ItemWriter;
  /** Iterations that may fail. @default 0 */
  toleratedFailureCount?: Written<number>;
  /** Share of the iterations that may fail, 0 to 100. @default 0 */
  toleratedFailurePercentage?: Written<number>;
};

type Batched<D, Item> = D extends { itemBatcher: infer B }
  ? { Items: Item[] } & (B extends { batchInput: infer I } ? { BatchInput: Told<I> } : unknown)
  : Item;

const RESULT = expression<never>(() => '$states.result');

export function branch<K extends string>(states: States<K>): Branch {
  return { states };
}

export function parallel(options: ParallelOptions<string, unknown>): State {
  return {
    write: (writing) => ({
      Type: 'Parallel',
      ...writeNext(options),
      ...(options.arguments !== undefined && { Arguments: write(options.arguments, writing) }),
      Branches: options.branches.map(({ states }) => writeBranch(states, writing)),
      ...writeFlow(options, RESULT, writing),
      ...writeGuards(options, [], writing),
    }),
  };
}

export function map(options: MapOptions<string, unknown, unknown, unknown, unknown, string>): State {
  const { items, itemSelector, itemProcessor, maxConcurrency } = options;
  const distributed = options.distributed as Distributed | undefined;
  const mark = Symbol('item');
  const states = itemProcessor(itemOf(mark));
  return {
    write: (writing) => {
      must(
        !isItemReader(items) || distributed !== undefined,
        writing.subject,
        'the items are read from S3, which a distributed Map alone can do: give `distributed`',
      );
      const selected = itemSelector?.(CONTEXT_ITEM, CONTEXT_INDEX);
      return writeObject(
        {
          Type: 'Map',
          ...writeNext(options),
          ...(isItemReader(items) ? { ItemReader: items.write(writing) } : { Items: items }),
          ItemSelector: selected,
          MaxConcurrency: maxConcurrency,
          ...(distributed && writeDistributed(distributed, writing)),
          ItemProcessor: {
            ProcessorConfig: distributed
              ? { Mode: 'DISTRIBUTED', ExecutionType: distributed.executionType }
              : { Mode: 'INLINE' },
            ...writeBranch(states, writing, mark),
          },
          ...writeFlow(options, RESULT, writing),
          ...writeGuards(options, [], writing),
        },
        writing,
      );
    },
  };
}

const CONTEXT_ITEM = expression<unknown>(() => '$states.context.Map.Item.Value');
const CONTEXT_INDEX = expression<number>(() => '$states.context.Map.Item.Index');

function writeDistributed(options: Distributed, writing: Writing): JsonObject {
  const { label, itemBatcher, resultWriter, toleratedFailureCount, toleratedFailurePercentage } = options;
  return writeObject(
    {
      Label: label,
      ItemBatcher: itemBatcher && {
        MaxItemsPerBatch: itemBatcher.maxItemsPerBatch,
        MaxInputBytesPerBatch: itemBatcher.maxInputBytesPerBatch,
        BatchInput: itemBatcher.batchInput,
      },
      ResultWriter: resultWriter?.write(writing),
      ToleratedFailureCount: toleratedFailureCount,
      ToleratedFailurePercentage: toleratedFailurePercentage,
    },
    writing,
  );
}

/** The item, which is the first state's input and no other's. */
function itemOf(mark: symbol): Readable<never> {
  return expression<never>((writing) => {
    if (writing.item === mark) return '$states.input';
    throw mistake(
      writing.subject,
      "it uses the Map's item, which is the input of the iteration's first state only: assign what it needs to a variable there",
    );
  });
}
