/**
 * From object keys to files of a job's folder and back. Keys are hostile input: any text of up to 1,024 bytes.
 *
 * K1. What `placeOf` answers lies below the folder that it is joined to, and is never the folder itself.
 */

/**
 * Where the object of a key goes, below the folder of the input whose prefix found it.
 *
 * @example placeOf('data/train/a.csv', 'data/train') // { path: 'a.csv' }
 *          placeOf('data/train.csv', 'data/tr')      // { path: 'train.csv' }: half a name is no folder
 * @returns `skip` for a folder's own empty object (a key that ends in a slash)
 */
export function placeOf(key: string, prefix: string): { path: string } | { problem: string } | 'skip' {
  if (key.endsWith('/')) return 'skip';
  return safePath(relative(key, prefix));
}

function relative(key: string, prefix: string): string {
  if (key !== prefix && (prefix === '' || prefix.endsWith('/'))) return key.slice(prefix.length);
  if (key.startsWith(`${prefix}/`)) return key.slice(prefix.length + 1);
  return key.slice(prefix.lastIndexOf('/') + 1);
}

/** A relative path that is safe to join to a folder, or what is wrong with it. Repeated slashes count as one, as in any path. */
export function safePath(path: string): { path: string } | { problem: string } {
  if (path.startsWith('/')) return { problem: 'it would be an absolute path' };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path)) return { problem: 'it holds a control character' };
  const parts = path.split('/').filter(Boolean);
  if (parts.length === 0) return { problem: 'it names no file' };
  for (const part of parts) {
    if (part === '.' || part === '..') return { problem: `it holds '${part}' as the name of a folder` };
    if (Buffer.byteLength(part) > 255) return { problem: 'one of its names is longer than 255 bytes' };
  }
  return { path: parts.join('/') };
}

/** The key of a file that is stored under a prefix. */
export function keyUnder(prefix: string, path: string): string {
  return prefix === '' || prefix.endsWith('/') ? `${prefix}${path}` : `${prefix}/${path}`;
}
