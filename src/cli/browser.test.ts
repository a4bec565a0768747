/** When `telar up` opens the console by itself. */
import { describe, expect, it } from 'vitest';
import { opensBrowser, type Surroundings } from './browser.ts';

const desktop: Surroundings = {
  ...{ asked: undefined, terminal: { stdin: true, stdout: true }, json: false, detach: false },
  ...{ platform: 'linux', environment: { DISPLAY: ':0' } },
};

describe('the browser', () => {
  it.each<[string, boolean, Partial<Surroundings>]>([
    ['a person at a desktop', true, {}],
    ['Wayland without X', true, { environment: { WAYLAND_DISPLAY: 'wayland-0' } }],
    ['macOS, which sets no display', true, { platform: 'darwin', environment: {} }],
    ['Windows', true, { platform: 'win32', environment: {} }],
    ['CI taken back', true, { environment: { DISPLAY: ':0', CI: 'false' } }],
    ['Linux without a desktop', false, { environment: {} }],
    ['a display that is empty', false, { environment: { DISPLAY: '' } }],
    ['output into a file', false, { terminal: { stdin: true, stdout: false } }],
    ['input from a pipe', false, { terminal: { stdin: false, stdout: true } }],
    ['--json', false, { json: true }],
    ['--detach', false, { detach: true }],
    ['CI', false, { environment: { DISPLAY: ':0', CI: 'true' } }],
    [
      'SSH with X forwarded',
      false,
      { environment: { DISPLAY: 'localhost:10.0', SSH_CONNECTION: '10.0.0.2 5 10.0.0.1 22' } },
    ],
    ['SSH to a Mac', false, { platform: 'darwin', environment: { SSH_TTY: '/dev/ttys001' } }],
    ['--no-open at a desktop', false, { asked: false }],
    ['--open, whatever else holds', true, { asked: true, environment: { CI: '1' }, detach: true, json: true }],
  ])('%s: %s', (_, opens, differs) => {
    expect(opensBrowser({ ...desktop, ...differs })).toBe(opens);
  });
});
