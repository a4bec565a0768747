/**
 * What the answers of AWS's operations look like, also of services that Telar does not serve, from tables generated out of
 * botocore. A table is read from disk when it is first asked for.
 */
import { readFileSync } from 'node:fs';

/** One shape. What it refers to is another shape's name, or a type's, where there is no more to say: `string`, `timestamp`. */
export type AnswerShape =
  | {
      readonly type: 'structure';
      readonly required?: readonly string[];
      readonly members?: Readonly<Record<string, string>>;
    }
  | { readonly type: 'list' | 'map'; readonly min?: number; readonly max?: number; readonly item: string }
  | {
      readonly type: SimpleType;
      readonly min?: number;
      readonly max?: number;
      readonly enum?: readonly string[];
    };
export type SimpleType = 'string' | 'number' | 'boolean' | 'blob' | 'timestamp' | 'document';

export type AnswerTable = {
  /** Where it was generated from. */
  readonly source: string;
  /** The output shape of each operation that has one. */
  readonly operations: Readonly<Record<string, string>>;
  readonly shapes: Readonly<Record<string, AnswerShape>>;
};

const tables = new Map<string, AnswerTable>();

/**
 * @param service the id of the AWS SDK for Java's client: `sfn`
 * @returns undefined when there is none
 */
export function answerTable(service: string): AnswerTable | undefined {
  const known = tables.get(service);
  if (known || !/^[a-z0-9]+$/.test(service)) return known;
  const table = readTable(service);
  if (table) tables.set(service, table);
  return table;
}

function readTable(service: string): AnswerTable | undefined {
  try {
    return JSON.parse(readFileSync(new URL(`./generated/answers/${service}.json`, import.meta.url), 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
