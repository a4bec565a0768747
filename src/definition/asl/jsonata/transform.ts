/**
 * `| pattern | update, delete |`: a function that gives a copy of what it is given, with the matches of the pattern changed.
 *
 * T1. Only what an evaluation has made is changed. A pattern that leads out of the copy, to the input, changes nothing there.
 */
import { apply } from './apply.ts';
import type { Compilation } from './compilation.ts';
import { failure } from './failure.ts';
import { globalVariable, lookUp } from './frames.ts';
import { signatureOf } from './functions/signatures.ts';
import { spend } from './limits.ts';
import type { TransformNode } from './syntax.ts';
import { type Callable, type Code, type Frame, isCallable, isDict, isFreshDict, isList, type Value } from './values.ts';

export function compileTransform(node: TransformNode, { code }: Compilation): Code {
  const [pattern, update] = [code(node.pattern), code(node.update)];
  const removal = node.delete && code(node.delete);
  const aroundClone = globalVariable('clone');
  return (_input, frame) => {
    const transform = ([subject]: readonly Value[]): Value => {
      if (subject === undefined) return undefined;
      const clone = lookUp(frame, 'clone', aroundClone);
      if (!isCallable(clone)) throw failure('T2013');
      const copy = apply(clone, [subject], null, frame.run);
      for (const match of matchesOf(pattern(copy, frame))) change(match, update, removal, frame);
      return copy;
    };
    return Object.assign(transform, { arity: 1, signature: signatureOf('<(oa):o>') }) satisfies Callable;
  };
}

const matchesOf = (matches: Value): readonly Value[] =>
  matches === undefined ? [] : isList(matches) ? [...matches] : [matches];

function change(match: Value, update: Code, removal: Code | undefined, frame: Frame): void {
  spend(frame.run, 1);
  const changes = update(match, frame);
  if (changes !== undefined && !isDict(changes)) throw failure('T2011', { value: changes });
  const target = isDict(match) && isFreshDict(match) ? match : undefined;
  if (target && changes) Object.assign(target, changes);
  const names = removal?.(match, frame);
  if (names === undefined) return;
  for (const name of isList(names) ? names : [names]) {
    if (typeof name !== 'string') throw failure('T2012', { value: names });
    if (target) delete target[name];
  }
}
