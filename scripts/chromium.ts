/**
 * `pretest`: sees to it that the tests of the console find a Chromium (tests/support/chromium.ts), or says in one line why
 * they will be skipped, and what to do. Silent where it is there; never an error, since all other tests can run.
 */
import { findChromium } from '../tests/support/chromium.ts';

const say = (line: string) => void process.stderr.write(`Telar: ${line}\n`);
const started = performance.now();
let fetched = false;

const chromium = await findChromium({
  again: true,
  say(line) {
    fetched = true;
    say(`${line}.`);
  },
});
if ('missing' in chromium) say(`the tests of the console will be skipped. ${chromium.missing}`);
else if (fetched) say(`Chromium is there after ${((performance.now() - started) / 1000).toFixed(1)} s.`);
