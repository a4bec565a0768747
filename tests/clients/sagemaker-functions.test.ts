/**
 * Python functions as jobs (@remote) and as pipeline steps (@step), by version 2 of the SageMaker Python SDK.
 *
 * The SDK installs itself into each of these jobs: once, into a layer, which takes minutes the first time.
 */
import { expect, it } from 'vitest';
import { systemWorld } from '../../src/base/world.ts';
import { createImages } from '../../src/runner/images/images.ts';
import { realSdk, type SagemakerSdk } from '../support/sagemakerSdk.ts';
import { SHARED_IMAGES } from '../support/server.ts';

/** The image that the script names. */
const IMAGE = 'sagemaker-scikit-learn:1.4-2';

let sdk: SagemakerSdk;

realSdk('v2', (made) => {
  sdk = made;
});

async function imagePython(): Promise<string> {
  const images = createImages({ clock: systemWorld.clock, imagesFolder: SHARED_IMAGES });
  await images.prepare(IMAGE, (line) => console.log(line));
  return (await images.ready(IMAGE)).packages!.interpreter.version.slice(0, 2).join('.');
}

it('run in jobs: what they return, print and raise comes back', { timeout: 600_000 }, async (context) => {
  // The SDK refuses a function of another Python than the job's: that is the interpreter which Telar's images are made with.
  const image = await imagePython();
  if (!sdk.python.startsWith(`${image}.`)) context.skip(`The SDK has Python ${sdk.python}, the image ${image}.`);
  const printed = await sdk.run('v2_functions.py');
  expect(printed).toMatch(/dividing 7 by 2/);
  expect(printed.split('\n')).toEqual(
    expect.arrayContaining([
      'divided 3.5',
      'caught division by zero',
      "steps [('Numbers', 'Succeeded'), ('Total', 'Succeeded')]",
      'result 12',
    ]),
  );
});
