/**
 * States, and the branches that they stand in.
 *
 * S1. A state has no name of its own: its key in `states` is its name, and TypeScript checks that every `next`, `default` and
 *     `catch` is such a key.
 * S2. A branch begins with the state that is written first. A state without `next` ends its branch.
 *
 * Mirrors https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
 */
import type { Json, JsonObject } from '../../definition/asl/scope.ts';
import { must } from '../mistake.ts';
import type { Output, Writing } from './expression.ts';
import type { Assignments } from './guards.ts';

declare const targets: unique symbol;

/** A state that leads to those of the names N. Made by the functions that `states` is given. */
export type State<N extends string = string> = {
  readonly write: (writing: Writing) => JsonObject;
  /** Of the machine's query language, whichever it is; others are of JSONata. */
  readonly byHand?: true;
  readonly [targets]?: N;
};
/** The states of a branch by their names. */
export type States<K extends string> = { readonly [Name in K]: State<NoInfer<K>> };

export type StateOptions<N extends string> = {
  comment?: string;
  /** @default none: the branch ends here */
  next?: N;
};

/** What a state does with what it has: R is its result, V the machine's variables. */
export type FlowOptions<R, V> = {
  /** Variables that the states after this one read. A function is given the result. */
  assign?: Assignments<V> | ((result: R) => Assignments<V>);
  /** The next state's input. A function is given the result. @default the result, or the input where there is none */
  output?: Output<R>;
};

/** The members that lead on, as the document has them. */
export function writeNext({ comment, next }: StateOptions<string>): { Comment?: string; Next?: string; End?: true } {
  return {
    ...(comment !== undefined && { Comment: comment }),
    ...(next === undefined ? { End: true } : { Next: next }),
  };
}

/**
 * A branch, as the document has it.
 *
 * @param item marks the Map whose item is the first state's input
 * @throws when there are no states, or a name is one that JavaScript would not leave in its place
 */
export function writeBranch(
  states: States<string>,
  writing: Writing,
  item?: symbol,
): { StartAt: string; States: JsonObject } {
  const { item: _, ...inner } = writing;
  const entries = Object.entries(states);
  const [first] = entries;
  must(first !== undefined, writing.subject, 'a branch has no states: give it at least one');
  const written = entries.map(([name, state], index): [string, Json] => {
    must(
      !/^\d+$/.test(name),
      writing.subject,
      `a state is named '${name}', and JavaScript puts members with such names first: begin it with a letter`,
    );
    const subject = `state '${name}' of ${writing.machine}`;
    return [name, writeState(state, { ...inner, subject, ...(index === 0 && item && { item }) })];
  });
  return { StartAt: first[0], States: Object.fromEntries(written) };
}

/** Where a state leads to stands last, as in AWS's own documents. */
function writeState({ write, byHand }: State, writing: Writing): JsonObject {
  if (byHand) return write(writing);
  const { Type, Comment, Next, End, ...rest } = write(writing);
  return {
    Type: Type!,
    ...(Comment !== undefined && { Comment }),
    ...(writing.language === 'JSONPath' && { QueryLanguage: 'JSONata' }),
    ...rest,
    ...(Next !== undefined && { Next }),
    ...(End !== undefined && { End }),
  };
}
