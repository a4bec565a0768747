/**
 * zod, loaded when it is first used: it takes a tenth of the server's start, and most starts have nothing to check with it.
 */
import { createRequire } from 'node:module';
import type * as Zod from 'zod';

/** Makes a value once, when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const zod = once(() => createRequire(import.meta.url)('zod') as typeof Zod);

/**
 * Schemas that are made when they are first asked for.
 *
 * @example const size = schemas(({ z }) => z.number().int()); size().parse(3);
 */
export function schemas<T>(make: (zod: typeof Zod) => T): () => T {
  return once(() => make(zod()));
}
