/** What the reader of a Parquet file and its thread say to each other. */

/** `from`: the first row that is wanted. */
export type ParquetStart = { readonly size: number; readonly from: number };

/** To the thread: the next of the bytes that it asked for, or that more rows may come. */
export type ToParquet =
  | { readonly kind: 'bytes'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'more' };

/** From the thread. `rows`: the text of a JSON list; at most one message of them for each `more`. */
export type FromParquet =
  | { readonly kind: 'slice'; readonly id: number; readonly from: number; readonly to: number }
  | { readonly kind: 'rows'; readonly text: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly cause: string };
