/**
 * A handler in TypeScript or JavaScript as one file: itself and all that it imports.
 *
 * B1. The same sources give the same bytes, whatever the machine: paths of this one do not get in.
 * B2. What Node.js brings itself stays an import, and so does AWS's SDK, which Lambda's runtimes bring, and any package that lies beside it.
 * B3. A native module cannot be part of a text: it is refused by name, with what to do.
 */
import { isBuiltin } from 'node:module';
import { basename, dirname } from 'node:path';

/**
 * @param file absolute
 * @param beside packages that stay imports
 * @returns a module's text
 * @throws what the bundler says, in sentences
 */
export async function bundleHandler(file: string, beside: readonly string[] = []): Promise<string> {
  // Only who publishes functions waits for the bundler.
  const { rolldown } = await import('rolldown');
  let native: string | undefined;
  const bundle = await rolldown({
    input: file,
    plugins: [
      {
        name: 'native-modules',
        load(id) {
          if (!id.endsWith('.node')) return null;
          native = id;
          return '';
        },
      },
    ],
    cwd: dirname(file),
    platform: 'node',
    external: (id) => isBuiltin(id) || id.startsWith('@aws-sdk/') || beside.some((name) => isOf(name, id)),
    logLevel: 'silent',
    treeshake: true,
  });
  try {
    const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
    if (native === undefined) return output[0].code;
    throw new Error(
      `it imports the native module ${nameOf(native)}, which no bundle can hold. Name the package that your code imports it by in \`packages\` of defineFunction.`,
    );
  } finally {
    await bundle.close();
  }
}

const isOf = (name: string, id: string): boolean => id === name || id.startsWith(`${name}/`);

/** Without the path of this machine: `@duckdb/node-bindings-linux-x64/duckdb.node`. */
const nameOf = (path: string): string => path.replaceAll('\\', '/').split('/node_modules/').at(-1)!;
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
