/** All functions by name: JSONata's but `$eval`, and AWS's. Their arguments are checked by JSONata's own signatures. */
import { failure } from '../failure.ts';
import { spend } from '../limits.ts';
import type { Callable, Run, Signature, Value } from '../values.ts';
import { AWS } from './aws.ts';
import { HIGHER_ORDER } from './higherOrder.ts';
import type { Implementation } from './implementation.ts';
import { LISTS } from './lists.ts';
import { MATCHERS } from './matchers.ts';
import { checkedBy, LIBRARY } from './signatures.ts';
import { AS_THEY_ARE, charged, TEXTS } from './texts.ts';

const OWN: Readonly<Record<string, Implementation>> = { ...LISTS, ...HIGHER_ORDER, ...MATCHERS, ...TEXTS };

/** What a name means where nothing binds it. */
export const builtIn = (name: string): Callable | undefined => ALL.get(name);

/** What it costs to check arguments and call. */
const STEPS_PER_CALL = 8;

function callable(implementation: Implementation, arity: number, signature: Signature): Callable {
  return Object.assign(
    (args: readonly Value[], context: Value, run: Run): Value => {
      spend(run, STEPS_PER_CALL);
      return implementation(args, { run, context });
    },
    { arity, signature },
  );
}

/** AWS's own check every argument themselves; too many are refused by the place of the first that is too much. */
const atMost = (most: number): Signature => ({
  validate: (args) => {
    if (args.length > most && args[most] !== undefined) throw failure('T0410', { index: most + 1 });
    return [...args];
  },
});

function* all(): Generator<[string, Callable]> {
  for (const name of [...Object.keys(OWN), ...AS_THEY_ARE]) {
    const model = LIBRARY.get(name);
    if (!model) throw new Error(`No function $${name} in the library`);
    const implementation = OWN[name] ?? charged(name);
    yield [name, callable(implementation, model.implementation.length, checkedBy(model.signature))];
  }
  for (const [name, { most, run }] of Object.entries(AWS)) yield [name, callable(run, most, atMost(most))];
}

const ALL: ReadonlyMap<string, Callable> = new Map(all());
