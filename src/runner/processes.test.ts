import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { descendants, isAlive, ownIdentity, parseIdentity, parseStat } from './processes.ts';
import { parseExit } from './supervision.ts';

describe('processes', () => {
  it('are known by more than their number', () => {
    const own = ownIdentity();
    expect(isAlive(own)).toBe(true);
    expect(isAlive({ ...own, start: `${own.start}0` })).toBe(false);
    expect(isAlive({ ...own, boot: 'another' })).toBe(false);
    expect(parseIdentity(`${own.pid}\n${own.start}\n${own.boot}\n`)).toEqual(own);
    expect(parseIdentity('')).toBeUndefined();
    expect(parseIdentity('12\n34')).toBeUndefined();
  });

  it('may have any name', () => {
    const tail = Array.from({ length: 17 }, (_, index) => index).join(' ');
    expect(parseStat(`7 (a) b (c) S 3 ${tail} 99887766 1`)).toEqual({ state: 'S', parent: 3, start: '99887766' });
  });

  // /proc is Linux's; elsewhere a process group does this work.
  it.runIf(process.platform === 'linux')('have descendants', async () => {
    const child = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const line = await new Promise<Buffer>((resolve) => child.stdout.once('data', resolve));
    expect(descendants(process.pid)).toEqual(expect.arrayContaining([child.pid, Number(line)]));
    expect(descendants(child.pid!)).toEqual([Number(line)]);
    process.kill(Number(line), 'SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
  });
});

describe('how a job ended', () => {
  it.each([
    ['   0\n', { kind: 'exited', code: 0 }],
    [' 127\n', { kind: 'exited', code: 127 }],
    [' 137\n', { kind: 'signalled', signal: 'SIGKILL' }],
    [' 255\n', { kind: 'exited', code: 255 }],
    ['lost why\n', { kind: 'lost', reason: 'why' }],
  ])('%j', (text, exit) => expect(parseExit(text)).toEqual(exit));
});
