/**
 * Paths into a typed JSON value, checked by the compiler: `'ModelArtifacts.S3ModelArtifacts'`, `"Items['name'].Value"`,
 * `'nulls[0]'`. The syntax is that of step properties and of Std:JsonGet. Types only.
 *
 * Mirrors https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-properties.html
 */
import type { Primitive } from './references.ts';

/** How deep a path may go: keeps the compiler's work finite. SageMaker's responses are not deeper. */
type Shallower = [never, 0, 1, 2, 3, 4, 5];

/** Every path from T to a string, number or boolean. */
export type PathOf<T, Depth extends number = 6> = T extends Primitive | Date | null | undefined
  ? never
  : { [K in keyof T & string]-?: PathVia<K, NonNullable<T[K]>, Shallower[Depth]> }[keyof T & string];

type PathVia<Key extends string, T, Depth extends number> = [Depth] extends [never]
  ? never
  : T extends Primitive | Date
    ? Key
    : T extends readonly (infer Item)[]
      ? AndBeyond<`${Key}[${number}]` | `${Key}['${string}']`, NonNullable<Item>, Depth>
      : string extends keyof T
        ? AndBeyond<`${Key}['${string}']`, NonNullable<T[keyof T]>, Depth>
        : `${Key}.${PathOf<T, Depth>}`;

type AndBeyond<Path extends string, T, Depth extends number> = T extends Primitive
  ? Path
  : `${Path}.${PathOf<T, Depth>}`;

/** The type of what lies at a path of T. */
export type ValueAt<T, Path extends string> = Path extends keyof T
  ? NonNullable<T[Path]>
  : Path extends `${infer Key extends keyof T & string}['${string}']${infer Rest}`
    ? Beyond<ItemOf<NonNullable<T[Key]>>, Rest>
    : Path extends `${infer Key extends keyof T & string}[${number}]${infer Rest}`
      ? Beyond<ItemOf<NonNullable<T[Key]>>, Rest>
      : Path extends `${infer Key extends keyof T & string}.${infer Rest}`
        ? ValueAt<NonNullable<T[Key]>, Rest>
        : never;

type ItemOf<T> = NonNullable<T extends readonly (infer Item)[] ? Item : T[keyof T]>;
type Beyond<T, Rest extends string> = Rest extends '' ? T : Rest extends `.${infer Path}` ? ValueAt<T, Path> : never;
