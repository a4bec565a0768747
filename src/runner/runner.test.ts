/**
 * What a job may do to us, and what we may do to it: real processes, tiny ones. Each case runs in every kind of isolation
 * that this machine grants, and without any.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import { systemWorld } from '../base/world.ts';
import { FILES } from './folder.ts';
import { type Isolation, isolation as machineIsolation } from './isolation.ts';
import { parseIdentity } from './processes.ts';
import { createRunner, type LaunchSpec, type Runner } from './runner.ts';

const world = { ...systemWorld, log: silentLog };
const NODE = `telar/node:${process.versions.node.split('.')[0]}`;
const OFF: Isolation = { kind: 'none', reason: 'this test switched it off.' };
const machine = await machineIsolation();
const kinds: [string, Isolation][] = [['no isolation', OFF]];
if (machine.kind === 'namespaces') kinds.push(['namespaces', machine]);
else console.warn(`Skipped: jobs in namespaces, since ${machine.reason}`);
// Root can also do what another user's server does.
if (machine.kind === 'namespaces' && machine.as === 'root') {
  kinds.push(['user namespaces', { kind: 'namespaces', as: 'user' }]);
}

let base: string;
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'telar-runner-'));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** A runner as a new server process would make it. */
function server(isolation: Isolation, hide: string[] = []): Runner {
  return createRunner({ world, jobsFolder: join(base, 'jobs'), imagesFolder: join(base, 'images'), hide, isolation });
}

let count = 0;
const shell = (script: string, more: Partial<LaunchSpec> = {}): LaunchSpec => ({
  jobId: `job-${++count}`,
  image: NODE,
  entrypoint: ['sh', '-c'],
  arguments: [script],
  environment: {},
  networkIsolation: false,
  ...more,
});
const log = (runner: Runner, spec: LaunchSpec) => readFileSync(runner.folder(spec.jobId).log, 'utf8');
const run = async (runner: Runner, spec: LaunchSpec) => {
  await runner.launch(spec);
  return runner.exit(spec.jobId);
};
const identity = (runner: Runner, spec: LaunchSpec, file: string) =>
  parseIdentity(readFileSync(join(runner.folder(spec.jobId).root, file), 'utf8'))!;
const until = async (what: () => boolean) => {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 10));
};
/** Waits until the job itself has written this to its log. */
const said = (runner: Runner, spec: LaunchSpec, text: string) => until(() => log(runner, spec).includes(text));

/** How many processes of this machine have the mark in their environment. */
function running(mark: string): number {
  const count = `grep -lz '^MARK=${mark}$' /proc/[0-9]*/environ 2>/dev/null | wc -l`;
  return Number(execFileSync('sh', ['-c', count], { encoding: 'utf8' }));
}

describe.each(kinds)('a job with %s', (_, isolation) => {
  it('ends with what its command ends with, and its log holds both outputs in order', async () => {
    const runner = server(isolation);
    const spec = shell('echo one; echo two >&2; echo "$GREETING"; exit 3', { environment: { GREETING: "it's" } });
    expect(await run(runner, spec)).toEqual({ kind: 'exited', code: 3 });
    expect(log(runner, spec)).toMatch(/one\ntwo\nit's\n$/);
    expect(await runner.exit(spec.jobId)).toEqual({ kind: 'exited', code: 3 });
  });

  it('that is not to be found ends with 127 and says so', async () => {
    const runner = server(isolation);
    const spec = shell('', { entrypoint: ['no-such-program'], arguments: ['x'] });
    expect(await run(runner, spec)).toEqual({ kind: 'exited', code: 127 });
    expect(log(runner, spec)).toContain("telar: 'no-such-program' was not found in this image");
  });

  it('that kills itself was signalled', async () => {
    expect(await run(server(isolation), shell('kill -SEGV $$'))).toEqual({ kind: 'signalled', signal: 'SIGSEGV' });
  });

  it('may print binary garbage', async () => {
    const runner = server(isolation);
    const spec = shell('head -c 100000 /dev/urandom; printf "\\000\\377"; exit 0');
    expect(await run(runner, spec)).toEqual({ kind: 'exited', code: 0 });
    expect(readFileSync(runner.folder(spec.jobId).log).subarray(-2)).toEqual(Buffer.from([0, 255]));
  });

  it('runs TypeScript with the Node.js of the server', async () => {
    const runner = server(isolation);
    const spec = shell('', { entrypoint: ['node'], arguments: ['--version'] });
    expect(await run(runner, spec)).toEqual({ kind: 'exited', code: 0 });
    expect(log(runner, spec)).toContain(process.version);
  });

  it('leaves no process behind when it forks and exits', async () => {
    const runner = server(isolation);
    const mark = `fork-${count}`;
    const spec = shell('sleep 300 & (sleep 300 &) ; echo forked', { environment: { MARK: mark } });
    expect(await run(runner, spec)).toEqual({ kind: 'exited', code: 0 });
    await until(() => running(mark) === 0);
  });

  it('gets SIGTERM in all its processes when it is stopped', async () => {
    const runner = server(isolation);
    const spec = shell(
      '(trap "echo child; exit 0" TERM; echo a; while :; do sleep 0.01; done) & trap "wait; echo main; exit 9" TERM; echo b; while :; do sleep 0.01; done',
    );
    await runner.launch(spec);
    await said(runner, spec, 'a\n');
    await said(runner, spec, 'b\n');
    await runner.stop(spec.jobId, 60_000);
    expect(await runner.exit(spec.jobId)).toEqual({ kind: 'exited', code: 9 });
    expect(log(runner, spec)).toMatch(/child\n(.*\n)*main\n/);
  });

  it('that ignores SIGTERM is killed after the grace', async () => {
    const runner = server(isolation);
    const mark = `deaf-${count}`;
    const spec = shell('trap "" TERM; echo deaf; sleep 300 & sleep 300', { environment: { MARK: mark } });
    await runner.launch(spec);
    await said(runner, spec, 'deaf');
    await runner.stop(spec.jobId, 50);
    expect(await runner.exit(spec.jobId)).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
    await until(() => running(mark) === 0);
  });

  it('gets SIGTERM however early it is stopped: none is lost between its sandbox and its command', async () => {
    const runner = server(isolation);
    const stopped = Array.from({ length: 12 }, async () => {
      const spec = shell('sleep 600');
      await runner.launch(spec);
      await runner.stop(spec.jobId, 5000);
      return runner.exit(spec.jobId);
    });
    expect(new Set((await Promise.all(stopped)).map((exit) => JSON.stringify(exit)))).toEqual(
      new Set([JSON.stringify({ kind: 'signalled', signal: 'SIGTERM' })]),
    );
  });

  it('can be stopped the moment it was launched', async () => {
    const runner = server(isolation);
    const spec = shell('sleep 300');
    await runner.launch(spec);
    await runner.stop(spec.jobId, 0);
    expect((await runner.exit(spec.jobId)).kind).toBe('signalled');
  });

  it('is launched once, however often it is asked for', async () => {
    const spec = shell('echo started; sleep 0.1');
    const servers = [server(isolation), server(isolation), server(isolation)];
    await Promise.all(servers.map((runner) => runner.launch(spec)));
    await Promise.all(servers.map((runner) => runner.exit(spec.jobId)));
    await servers[0]!.launch(spec); // also when it has ended
    expect(log(servers[0]!, spec).match(/^started$/gm)).toEqual(['started']);
    expect(servers[0]!.launched(spec.jobId)).toBe(true);
    expect(servers[0]!.launched('another')).toBe(false);
  });

  it('whose supervisor is killed is lost, and so are all its processes', async () => {
    const runner = server(isolation);
    const mark = `orphan-${count}`;
    const spec = shell('sleep 300 & echo up; sleep 300', { environment: { MARK: mark } });
    await runner.launch(spec);
    await said(runner, spec, 'up');
    process.kill(identity(runner, spec, FILES.identity).pid, 'SIGKILL');
    expect(await runner.exit(spec.jobId)).toMatchObject({ kind: 'lost' });
    await until(() => running(mark) === 0);
    expect(await server(isolation).exit(spec.jobId)).toMatchObject({ kind: 'lost' });
  });

  it('is found again by the next server: while it runs, and after it ended with no server there', async () => {
    const ended = shell('exit 4');
    await run(server(isolation), ended);
    expect(await server(isolation).exit(ended.jobId)).toEqual({ kind: 'exited', code: 4 });

    const first = server(isolation);
    const going = shell('echo up; until [ -e "$GO" ]; do sleep 0.01; done; exit 5', {
      environment: { GO: isolation.kind === 'none' ? join(base, 'go') : '/opt/ml/go' },
    });
    await first.launch(going);
    await said(first, going, 'up');
    const second = server(isolation);
    expect(second.launched(going.jobId)).toBe(true);
    const exit = second.exit(going.jobId);
    writeFileSync(isolation.kind === 'none' ? join(base, 'go') : join(second.folder(going.jobId).ml, 'go'), '');
    expect(await exit).toEqual({ kind: 'exited', code: 5 });
    rmSync(join(base, 'go'), { force: true });
  });

  it('is gone when it is removed, even with folders it has locked', async () => {
    const runner = server(isolation);
    const spec = shell('mkdir -p "$HOME/a/b"; chmod 000 "$HOME/a"; echo up; sleep 300');
    await runner.launch(spec);
    await said(runner, spec, 'up');
    await runner.remove(spec.jobId);
    expect(existsSync(runner.folder(spec.jobId).root)).toBe(false);
    await runner.remove(spec.jobId);
  });
});

describe('a job that outlives its server', () => {
  it('is not touched by kill -9 of the server that launched it', async () => {
    const spec = shell('echo up; sleep 0.3; echo done; exit 6');
    const options = { jobsFolder: join(base, 'jobs'), imagesFolder: join(base, 'images'), hide: [] };
    const script = `
      const { createRunner } = await import(${JSON.stringify(join(import.meta.dirname, 'runner.ts'))});
      const { systemWorld } = await import(${JSON.stringify(join(import.meta.dirname, '../base/world.ts'))});
      setInterval(() => {}, 1000);
      await createRunner({ world: systemWorld, ...${JSON.stringify(options)} }).launch(${JSON.stringify(spec)});
      console.log('launched');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    const runner = server(machine);
    expect(await runner.exit(spec.jobId)).toEqual({ kind: 'exited', code: 6 });
    expect(log(runner, spec)).toContain('done');
  });

  it('is lost when the machine restarted meanwhile', async () => {
    const runner = server(OFF);
    const spec = shell('');
    const { root } = runner.folder(spec.jobId);
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, FILES.identity), `${process.pid}\n1\nanother-boot\n`);
    expect(await runner.exit(spec.jobId)).toMatchObject({ kind: 'lost' });
  });
});

describe('what is refused', () => {
  it.each(['..', '../x', 'a/b', '', '.', '-x', 'a b', 'x'.repeat(200)])('the job id %j', async (jobId) => {
    const runner = server(OFF);
    expect(() => runner.folder(jobId)).toThrow(expect.objectContaining({ code: 'InvalidJobId' }));
    await expect(runner.launch(shell('true', { jobId }))).rejects.toMatchObject({ code: 'InvalidJobId' });
    await expect(runner.remove(jobId)).rejects.toMatchObject({ code: 'InvalidJobId' });
  });

  it('an unknown image, and an empty command', async () => {
    const runner = server(OFF);
    expect(runner.refusal('tensorflow:2')).toContain("no image for 'tensorflow:2'");
    await expect(runner.launch(shell('true', { image: 'tensorflow:2' }))).rejects.toMatchObject({
      code: 'UnknownImage',
    });
    await expect(runner.launch(shell('', { entrypoint: undefined, arguments: [] }))).rejects.toMatchObject({
      code: 'LaunchFailed',
    });
  });

  it('a job never launched', async () => {
    await expect(server(OFF).exit('never')).rejects.toMatchObject({ code: 'NeverLaunched' });
    await expect(server(OFF).stop('never', 1)).rejects.toMatchObject({ code: 'NeverLaunched' });
  });

  it.each([
    ['its command', { arguments: ['cat /opt/ml/x'] }, "its command names 'cat /opt/ml/x'"],
    ['its environment', { environment: { MODEL: '/opt/ml/model' } }, 'its environment variable MODEL names'],
    ['network isolation', { networkIsolation: true }, 'it asks for network isolation'],
  ])('without isolation, a job that needs it for %s', async (_, more, why) => {
    const error = server(OFF).launch(shell('true', more));
    await expect(error).rejects.toMatchObject({ code: 'IsolationUnavailable' });
    await expect(error).rejects.toThrow(why);
  });

  it('nothing else: the log then says that isolation is off, and where the folder is', async () => {
    const runner = server(OFF);
    const spec = shell('echo "$SAGEMAKER_BASE_DIR"');
    await run(runner, spec);
    expect(log(runner, spec)).toBe(
      `telar: Isolation is off for this job: this test switched it off.\n${runner.folder(spec.jobId).ml}\n`,
    );
  });
});
