/** Reading a part of a log file without cutting a character in two. */
import { open } from 'node:fs/promises';

export type LogPart = { text: string; next: number; atEnd: boolean };

/**
 * @param from byte to begin at
 * @param limit bytes at most
 */
export async function readLogPart(path: string, from: number, limit: number): Promise<LogPart> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return { text: '', next: from, atEnd: true };
  try {
    const { size } = await file.stat();
    const length = Math.max(0, Math.min(limit, size - from));
    const bytes = Buffer.alloc(length);
    const { bytesRead } = length > 0 ? await file.read(bytes, 0, length, from) : { bytesRead: 0 };
    const whole = from + bytesRead >= size ? bytesRead : wholeCharacters(bytes.subarray(0, bytesRead));
    return { text: bytes.toString('utf8', 0, whole), next: from + whole, atEnd: from + whole >= size };
  } finally {
    await file.close();
  }
}

/** How many of the bytes form whole UTF-8 characters; all of them when they are not UTF-8 at all. */
export function wholeCharacters(bytes: Uint8Array): number {
  let lead = bytes.length - 1;
  while (lead >= 0 && bytes.length - lead < 4 && (bytes[lead]! & 0xc0) === 0x80) lead -= 1;
  if (lead < 0) return bytes.length;
  const first = bytes[lead]!;
  const needed = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  const cut = bytes.length - lead < needed;
  return cut && lead > 0 ? lead : bytes.length;
}
