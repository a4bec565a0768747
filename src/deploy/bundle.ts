/**
 * A handler in TypeScript or JavaScript as one file: itself and all that it imports.
 *
 * B1. The same sources give the same bytes, whatever the machine: paths of this one do not get in.
 * B2. What Node.js brings itself stays an import, and so does AWS's SDK, which Lambda's runtimes bring.
 */
import { isBuiltin } from 'node:module';
import { basename, dirname } from 'node:path';

/**
 * @param file absolute
 * @returns a module's text
 * @throws what the bundler says, in sentences
 */
export async function bundleHandler(file: string): Promise<string> {
  // Only who publishes functions waits for the bundler.
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    input: file,
    cwd: dirname(file),
    platform: 'node',
    external: (id) => isBuiltin(id) || id.startsWith('@aws-sdk/'),
    logLevel: 'silent',
    treeshake: true,
  });
  try {
    const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
    return output[0].code;
  } finally {
    await bundle.close();
  }
}

/** The file of a bundle in a function's zip. */
export const BUNDLED = 'index.mjs';

/**
 * A handler as Lambda names it: the module in the zip, and the function in that.
 *
 * @example handlerOf('functions/evaluate.ts', 'handler') // 'index.handler'
 */
export function handlerOf(file: string, name: string): string {
  return `${file.endsWith('.py') ? basename(file, '.py') : basename(BUNDLED, '.mjs')}.${name}`;
}
