/** The functions that recorded cases name: their behaviour is described in words there, and written here anew. */
import { zipOf } from '../../support/functions.ts';
import type { Resource } from './cases.ts';
import type { Place } from './normalise.ts';

/** By the name that recordings give to a handler. */
const HANDLERS: Readonly<Record<string, string>> = {
  id_function: 'def handler(event, context):\n    return event\n',
  return_bytes_str: 'def handler(event, context):\n    return b\'"HelloWorld!"\'\n',
  wait_60_seconds: 'import time\ndef handler(event, context):\n    time.sleep(60)\n    return event\n',
  // The recorded traceback names the second line.
  raise_exception: 'def handler(event, context):\n    raise Exception("Some exception was raised.")\n',
  large_output_string: 'def handler(event, context):\n    return b\'"\' + b"a" * (257 * 1024) + b\'"\'\n',
  // The ninth line, here too.
  raise_custom_exception: `class CustomException(Exception):
    message: str

    def __init__(self):
        self.message = "CustomException message"


def handler(event, context):
    raise CustomException()
`,
  return_decorated_input: 'def handler(event, context):\n    return f"input-event-{event}"\n',
};

export const isFunction = ({ type, handler }: Resource): boolean => type === 'lambda' && handler! in HANDLERS;

/** Makes the function, and waits until it can be invoked. */
export async function makeFunction(
  url: string,
  headers: Readonly<Record<string, string>>,
  { account }: Place,
  { name, handler, runtime }: Resource,
): Promise<void> {
  const at = new URL('/2015-03-31/functions', url);
  const body = {
    ...{ FunctionName: name, Runtime: runtime, Handler: 'handler.handler', Timeout: 70, MemorySize: 256 },
    Role: `arn:aws:iam::${account}:role/functions`,
    Code: { ZipFile: (await zipOf({ 'handler.py': HANDLERS[handler!]! })).toString('base64') },
  };
  const json = { ...headers, 'content-type': 'application/json' };
  const made = await fetch(at, { method: 'POST', headers: json, body: JSON.stringify(body) });
  if (!made.ok) throw new Error(`The function ${name} could not be made: ${await made.text()}`);
  for (;;) {
    const told = await fetch(`${at}/${name}/configuration`, { headers });
    const { State } = (await told.json()) as { State: string };
    if (State === 'Active') return;
    await new Promise<void>((resolve) => setTimeout(resolve, 50));
  }
}
