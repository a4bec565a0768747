/** When `telar up` opens the console by itself, and who can see the link. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { leadingTo, opensBrowser, type Surroundings } from './browser.ts';

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

describe('the page that leads to the link', () => {
  it('is read by its user only, and named without the link', () => {
    const folder = mkdtempSync(join(tmpdir(), 'telar-browser-'));
    try {
      for (const link of [
        'http://127.0.0.1:1/console/#link=first',
        'http://127.0.0.1:1/console/?a="b"&c#link=second',
      ]) {
        const address = leadingTo(link, folder);
        expect(address).not.toContain('link=');
        const path = fileURLToPath(address);
        expect(statSync(path).mode & 0o777).toBe(0o600);
        const target = link.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
        expect(readFileSync(path, 'utf8')).toContain(`url=${target}">`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
