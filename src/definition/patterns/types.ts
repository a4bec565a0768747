/** What a pattern is made of, once it is read. */

export type Scalar = string | number | boolean | null;

/** One of the things that a field may be. */
export type Test =
  | { readonly is: 'exactly'; readonly value: Scalar }
  | { readonly is: 'absent' }
  | { readonly is: 'such'; readonly holds: (value: Scalar) => boolean };

/** What all has to hold, by the names of a field joined by dots: as AWS does, whose patterns cannot tell `a.b` from `b` in `a`. */
export type Alternative = ReadonlyMap<string, readonly Test[]>;
