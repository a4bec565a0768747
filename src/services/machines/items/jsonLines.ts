/** Items of a file of JSON Lines: a value to a line; empty lines are passed over. */
import type { Json } from '../../../definition/asl/scope.ts';
import { contentOf } from './bytes.ts';
import { itemTooLarge, MAX_ITEM_BYTES, MAX_ITEM_DEPTH, type Pages, type Read, readerFailed } from './item.ts';
import type { ReaderPorts, StoredObject } from './ports.ts';

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = '\ufeff';

export async function* jsonLines(object: StoredObject, ports: ReaderPorts): Pages<Read> {
  let rest: Buffer[] = [];
  let size = 0;
  let line = 0;
  const take = (bytes: Buffer, page: Read[]): void => {
    line += 1;
    if (bytes.length > MAX_ITEM_BYTES) throw itemTooLarge(`Line ${line} of the JSONL file`);
    let text = bytes.toString();
    if (line === 1 && text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
    if (text.trim() !== '') page.push({ value: parsed(text, line) });
  };
  for await (const slice of contentOf(object, ports)) {
    const page: Read[] = [];
    let from = 0;
    for (let to = slice.indexOf(NEWLINE); to >= 0; to = slice.indexOf(NEWLINE, from)) {
      const end = slice.subarray(from, to);
      take(rest.length === 0 ? end : Buffer.concat([...rest, end]), page);
      rest = [];
      size = 0;
      from = to + 1;
    }
    size += slice.length - from;
    if (size > MAX_ITEM_BYTES) throw itemTooLarge(`Line ${line + 1} of the JSONL file`);
    // A copy: nothing says that what gives the bytes does not use them again.
    if (from < slice.length) rest.push(Buffer.from(slice.subarray(from)));
    if (page.length > 0) yield page;
  }
  const page: Read[] = [];
  take(Buffer.concat(rest), page);
  if (page.length > 0) yield page;
}

function parsed(text: string, line: number): Json {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    throw readerFailed(`Line ${line} of the JSONL file is not valid JSON.`);
  }
  if (isDeep(text))
    throw readerFailed(`Line ${line} of the JSONL file is nested deeper than ${MAX_ITEM_DEPTH} levels.`);
  return value;
}

/** Only a line with that many brackets can be; of those, whoever walks the value counts. */
function isDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  if (text.length <= MAX_ITEM_DEPTH) return false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > MAX_ITEM_DEPTH) return true;
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return false;
}
