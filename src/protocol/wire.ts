/** What goes over the socket, before and after any service knows of it. */
import type { Readable } from 'node:stream';

export type WireRequest = {
  method: string;
  /** The path as sent: percent-encoded, without the query. */
  path: string;
  /** The query as sent, without the `?`; empty when there is none. */
  query: string;
  /** Names in lower case; repeated headers joined with a comma. */
  headers: Readonly<Record<string, string>>;
  body: Readable;
  remoteAddress: string;
  /** Whether the client has hung up: nobody will read the answer. */
  isGone?(): boolean;
  /** Calls back once it does. @returns what takes that back */
  whenGone?(run: () => void): () => void;
};

export type WireResponse = {
  status: number;
  headers: Record<string, string>;
  body: Buffer | string | Readable | undefined;
};
