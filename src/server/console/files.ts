/**
 * The console's files, as its build left them: read once, compressed once, given out with what a browser may do with them.
 *
 * F1. Only what lies in the build is served: a path is looked up, never resolved.
 * F2. The page runs scripts of its own build only, and is shown in no other page.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { WireResponse } from '../../protocol/wire.ts';

export type ConsoleFiles = {
  /** @param path below `/console/`; what is no file is a page of the console, which is all one */
  get(path: string, asked: { accepts: string; host: string }): Promise<WireResponse>;
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.map': 'application/json',
};
const ENCODERS = {
  br: (bytes: Buffer) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes),
} as const;
type Encoding = keyof typeof ENCODERS;

const UNBUILT = 'The console is not built. In the folder of Telar: npm run console:build. Then load this page again.';

/** @param folder where the build lies, or will */
export function consoleFiles(folder: string): ConsoleFiles {
  const files = new Map<string, Buffer>();
  const packed = new Map<string, Promise<Buffer>>();

  let built = 0;

  /** A build made meanwhile replaces the one before. */
  function read(): void {
    const { mtimeMs = 0 } = statSync(join(folder, 'index.html'), { throwIfNoEntry: false }) ?? {};
    if (mtimeMs === built || mtimeMs === 0) return;
    built = mtimeMs;
    files.clear();
    packed.clear();
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      files.set(relative(folder, path).split(sep).join('/'), readFileSync(path));
    }
  }

  function pack(name: string, encoding: Encoding): Promise<Buffer> {
    const key = `${encoding} ${name}`;
    const known = packed.get(key) ?? ENCODERS[encoding](files.get(name)!);
    packed.set(key, known);
    return known;
  }

  return {
    async get(path, { accepts, host }) {
      read();
      if (files.size === 0) return text(503, UNBUILT);
      if (path.startsWith('assets/') && !files.has(path)) return text(404, `The console has no file '${path}'.`);
      const name = files.has(path) ? path : 'index.html';
      const bytes = files.get(name)!;
      const encoding = encodingOf(accepts, bytes.length);
      return {
        status: 200,
        headers: {
          'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
          // A build names its assets by their content.
          'cache-control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
          vary: 'accept-encoding',
          ...(encoding && { 'content-encoding': encoding }),
          ...guards(host),
        },
        body: encoding ? await pack(name, encoding) : bytes,
      };
    },
  };
}

function encodingOf(accepts: string, length: number): Encoding | undefined {
  if (length < 1024) return undefined;
  return (['br', 'gzip'] as const).find((name) => new RegExp(`\\b${name}\\b`).test(accepts));
}

/** Objects of buckets have the same origin as the console: what it may load as a script is its build alone. */
function guards(host: string): Record<string, string> {
  const policy = [
    ...["default-src 'self'", `script-src http://${host}/console/assets/`, "style-src 'self'"],
    ...["img-src 'self' data: blob:", "object-src 'none'", "base-uri 'none'", "form-action 'self'"],
    ...["frame-ancestors 'none'", "worker-src 'none'"],
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  };
}

function text(status: number, sentence: string): WireResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${sentence}\n` };
}
