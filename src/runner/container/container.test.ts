/** Jobs in images of their own, in each kind of sandbox that this machine grants: real images, real processes. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, type LayerEntry, layerOf, programs, writeLayout } from '../../../tests/support/containerImages.ts';
import { silentLog } from '../../base/log.ts';
import { systemWorld } from '../../base/world.ts';
import { isOwnImage } from '../images/images.ts';
import { type ContainerImages, createContainerImages } from '../images/oci/containers.ts';
import { type Isolation, isolation as machineIsolation } from '../isolation.ts';
import type { Trust } from '../proxied.ts';
import { createRunner, type LaunchSpec } from '../runner.ts';
import { startSupervisor, waitForExit } from '../supervision.ts';
import { writeContainerScripts } from './scripts.ts';

const world = { ...systemWorld, log: silentLog };
const machine = await machineIsolation();
const kinds: [string, Isolation][] = machine.kind === 'namespaces' ? [[machine.as, machine]] : [];
if (kinds.length === 0) console.warn(`Skipped: sandboxes, since ${machine.kind === 'none' ? machine.reason : ''}`);

const PASSWD = 'root:x:0:0:root:/root:/bin/sh\nana:x:1000:100:Ana:/home/ana:/bin/sh\n';
const OWN: LayerEntry[] = [
  { name: 'etc/passwd', content: PASSWD },
  { name: 'etc/group', content: 'users:x:100:\nstaff:x:50:\n' },
  { name: 'etc/mine', content: 'of the image' },
  { name: 'opt/ml/code/train.sh', content: 'echo from the image', mode: 0o755 },
  { name: 'home/ana', type: 'directory', mode: 0o700, uid: 1000, gid: 100 },
  { name: 'srv/secret', content: 'for root', mode: 0o600 },
  { name: 'setuid', content: 'x', mode: 0o4755 },
];
const TOOLS = ['sh', 'ls', 'cat', 'id', 'grep', 'env', 'sleep', 'touch', 'mkdir', 'rm', 'head', 'df', 'stat', 'chmod'];

let base: string;
let images: ContainerImages;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'telar-container-'));
  mkdirSync(join(base, 'keys'));
  writeFileSync(join(base, 'keys/secret'), 'hush');
  images = createContainerImages({ ...world, imagesFolder: join(base, 'images'), own: isOwnImage });
  const tools = await layerOf(programs(TOOLS), 'gzip');
  const own = await layerOf(OWN, 'zstd');
  const only = await layerOf(programs(['true']), 'plain');
  const image = async (uri: string, config: object, layers = [tools, own]) => {
    const layout = writeLayout(join(base, uri.replace(/\W/g, '-')), [build(layers, config)]);
    images.beginImport(layout, uri);
    while (images.activity(uri)?.state === 'Working') await new Promise((resolve) => setTimeout(resolve, 10));
    expect(images.activity(uri)).toMatchObject({ state: 'Done', failure: undefined });
  };
  const Env = ['GREETING=hello from the image', 'PATH=/bin:/usr/bin', 'LD_PRELOAD='];
  await image('own/tools:1', { Env, Cmd: ['sh', '-c', 'echo the image itself; echo "$GREETING"'] });
  await image('own/ana:1', { Env, User: 'ana', WorkingDir: '/app/deep', Entrypoint: ['sh', '-c'] });
  await image('own/bare:1', { Entrypoint: ['/bin/true'] }, [only]);
  await image('own/busy:1', {}, [await layerOf(programs(['sh', 'sleep']))]);
  await image('own/nobody:1', { User: 'stranger', Entrypoint: ['sh'] });
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

let count = 0;
async function run(isolation: Isolation, more: Partial<LaunchSpec>, trust?: Trust) {
  const jobsFolder = join(base, 'jobs');
  const runner = createRunner({
    ...{ world, jobsFolder, imagesFolder: join(base, 'images'), hide: [join(base, 'keys')], isolation },
    containers: images,
    trust: () => trust,
  });
  const spec: LaunchSpec = {
    ...{ jobId: `c-${++count}`, image: 'own/tools:1', entrypoint: undefined, arguments: [], environment: {} },
    ...{ networkIsolation: false, ...more },
  };
  mkdirSync(join(runner.folder(spec.jobId).ml, 'input'), { recursive: true });
  writeFileSync(join(runner.folder(spec.jobId).ml, 'input/data'), 'given');
  await runner.prepare(spec.image, () => {});
  await runner.launch(spec);
  const exit = await runner.exit(spec.jobId);
  return { exit, log: readFileSync(runner.folder(spec.jobId).log, 'utf8'), folder: runner.folder(spec.jobId), runner };
}
const sh = async (isolation: Isolation, script: string, more: Partial<LaunchSpec> = {}) =>
  (await run(isolation, { entrypoint: ['sh', '-c'], arguments: [script], ...more })).log;

describe.each(kinds)('a job in an image, with a sandbox made as %s', (_as, isolation) => {
  it('runs what the image says, with its variables', async () => {
    const { exit, log } = await run(isolation, {});
    expect(log).toBe('the image itself\nhello from the image\n');
    expect(exit).toEqual({ kind: 'exited', code: 0 });
  });

  it('sees the files of the image and of the job, and none of the machine', async () => {
    const script = `ls /; cat /etc/mine /opt/ml/input/data /opt/ml/code/train.sh; cat ${base}/keys/secret; ls ${base} /etc/shadow /.. | head -3`;
    const log = await sh(isolation, `(${script}) 2>&1`);
    expect(log).toContain('of the image');
    expect(log).toContain('given');
    expect(log).toContain('echo from the image');
    expect(log).not.toContain('hush');
    const top = log.split('\n').slice(0, log.split('\n').indexOf('opt') + 1);
    expect(top).not.toContain('boot');
    expect(log).toMatch(/ls: cannot access '\/etc\/shadow'/);
  });

  it('writes to /opt/ml for good, and over the files of the image for itself', async () => {
    const script =
      'echo changed >/etc/mine; rm /srv/secret; mkdir /new && touch /new/x; echo made >/opt/ml/made; cat /etc/mine';
    const { log, folder } = await run(isolation, { entrypoint: ['sh', '-c'], arguments: [script] });
    expect(log).toBe('changed\n');
    expect(readFileSync(join(folder.ml, 'made'), 'utf8')).toBe('made\n');
    expect(await sh(isolation, 'cat /etc/mine /srv/secret; ls /new 2>/dev/null')).toBe('of the imagefor root');
  });

  it('trusts what Telar trusts where it is sent to its proxy, and what the image says of its own', async () => {
    mkdirSync(join(base, 'trust'), { recursive: true });
    writeFileSync(join(base, 'trust/bundle.pem'), 'trusted');
    const files = { AWS_CA_BUNDLE: 'bundle.pem', GREETING: 'bundle.pem' };
    const script =
      'cat "$AWS_CA_BUNDLE"; echo " $HTTPS_PROXY $GREETING"; (echo x >>"$AWS_CA_BUNDLE") 2>/dev/null && echo changed';
    const more = { entrypoint: ['sh', '-c'], arguments: [script], proxy: { HTTPS_PROXY: 'http://telar' } };
    const { log } = await run(isolation, more, { folder: join(base, 'trust'), files });
    expect(log).toBe('trusted http://telar hello from the image\n');
  });

  it('has no rights, and cannot come by any', async () => {
    const log = await sh(isolation, "grep -E '^(Cap|NoNewPrivs)' /proc/self/status; stat -c %a /setuid");
    for (const name of ['Inh', 'Prm', 'Eff', 'Amb']) expect(log).toContain(`Cap${name}:\t0000000000000000`);
    expect(log).toContain('NoNewPrivs:\t1');
    expect(log).toContain('755');
    const { folder } = await run(isolation, { entrypoint: ['touch', '/opt/ml/mine'] });
    expect(statSync(join(folder.ml, 'mine')).uid).toBe(process.getuid!() === 0 ? 65534 : process.getuid!());
  });

  it('sees its own processes, a /dev and a /proc of its own, and no open file of the sandbox', async () => {
    const log = await sh(
      isolation,
      'ls /dev; ls -l /proc/self/fd; ls -d /proc/[0-9]*; (ls /proc/1/root/ /proc/1/cwd/) 2>&1; echo x >/dev/null; head -c 1 /dev/zero',
    );
    expect(log).toMatch(/^fd\nfull\nnull\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero\n/);
    // Input, both outputs, and the folder that `ls` reads; above 9 lies what whoever started the tests has left open.
    expect([...log.matchAll(/ (\d) -> (.*)$/gm)].map(([, fd, to]) => `${fd} ${to!.replace(/.*\//, '')}`)).toEqual([
      ...['0 null', '1 output.log', '2 output.log', '3 fd'],
    ]);
    expect(log).toContain("'/proc/1/root/': Permission denied");
    expect(log).toContain("'/proc/1/cwd/': Permission denied");
    expect(log.match(/^\/proc\/\d+$/gm)!.length).toBeLessThan(6);
  });

  it('is the user whom the image names, in the folder that it names', async () => {
    const { log, exit } = await run(isolation, {
      image: 'own/ana:1',
      arguments: ['id -u; id -g; pwd; echo "$HOME"; touch here ~/there && echo wrote'],
    });
    expect(log).toBe('1000\n100\n/app/deep\n/home/ana\nwrote\n');
    expect(exit).toEqual({ kind: 'exited', code: 0 });
    expect(await sh(isolation, 'id -u; pwd; echo "$HOME"')).toBe('0\n/\n/root\n');
    await expect(run(isolation, { image: 'own/nobody:1' })).rejects.toThrow(
      "user 'stranger', which its /etc/passwd does not have",
    );
  });

  it('is given the variables of the job, whole and over those of the image, and none of the server', async () => {
    process.env['AWS_SECRET_ACCESS_KEY'] = 'hush';
    const environment = { GREETING: "it's\nmine", TOKEN: '$(touch /x)`"' };
    const log = await sh(isolation, 'env; ls /x', { environment });
    delete process.env['AWS_SECRET_ACCESS_KEY'];
    expect(log).toContain("GREETING=it's\nmine\n");
    expect(log).toContain('TOKEN=$(touch /x)`"\n');
    expect(log).toContain('PATH=/bin:/usr/bin\n');
    expect(log).not.toContain('hush');
    expect(log).not.toMatch(/^\/x$/m);
  });

  it('runs an image without a shell, and says what is not there', async () => {
    expect((await run(isolation, { image: 'own/bare:1' })).exit).toEqual({ kind: 'exited', code: 0 });
    const missing = await run(isolation, { image: 'own/bare:1', entrypoint: ['/bin/sh', '-c', 'true'] });
    expect(missing.exit).toEqual({ kind: 'exited', code: 127 });
    expect(missing.log).toContain("telar: '/bin/sh' was not found in this image");
  });

  it('resolves names as the machine does, unless it is isolated', async () => {
    const hosts = readFileSync('/etc/hosts', 'utf8');
    expect(await sh(isolation, 'cat /etc/hosts')).toBe(hosts);
    const isolated = await sh(isolation, "cat /etc/hosts; cat /proc/net/dev | grep -v -E 'lo:|face|Inter-'", {
      networkIsolation: true,
    });
    expect(isolated).toBe('');
  });

  it('is one of several hosts, and held to its limits, as any job', async () => {
    const names = [1, 2].map((n) => ({ name: `algo-${n}`, address: `127.70.1.${n}` }));
    const log = await sh(isolation, 'cat /etc/hosts /proc/sys/kernel/hostname; head -c 9000 /dev/zero >/opt/ml/large', {
      ...{ host: { name: 'algo-2', names }, confinement: { join: [], rlimits: { FSIZE: 4096 } } },
    });
    expect(log).toContain('127.70.1.1 algo-1\n127.70.1.2 algo-2\nalgo-2\n');
    expect(log).toContain('File too large');
    await expect(run(isolation, { telarOnly: true })).rejects.toMatchObject({
      code: 'IsolationUnavailable',
      message: expect.stringContaining("may reach Telar's server alone"),
    });
  });

  it('loads nothing of the job into a program that has rights', async () => {
    const log = await sh(isolation, 'echo fine', {
      environment: { LD_LIBRARY_PATH: '/opt/ml/input', ENV: '/opt/ml/input/data', BASH_ENV: '/opt/ml/input/data' },
    });
    expect(log).toBe('fine\n');
  });

  it('ends with its command, is stopped, and leaves no process', async () => {
    const mark = `${base}-${count}`;
    const running = () =>
      Number(execFileSync('sh', ['-c', `grep -lz '^MARK=${mark}$' /proc/[0-9]*/environ 2>/dev/null | wc -l`]));
    const environment = { MARK: mark };
    expect(
      (await run(isolation, { entrypoint: ['sh', '-c'], arguments: ['sleep 300 & exit 7'], environment })).exit,
    ).toEqual({ kind: 'exited', code: 7 });
    const until = async (what: () => boolean) => {
      while (!what()) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    await until(() => running() === 0);
    const runner = createRunner({
      world,
      jobsFolder: join(base, 'jobs'),
      imagesFolder: join(base, 'images'),
      hide: [],
      isolation,
      containers: images,
    });
    const spec: LaunchSpec = {
      jobId: `c-${++count}`,
      image: 'own/busy:1',
      entrypoint: ['sh', '-c'],
      arguments: ['trap "echo bye; exit 9" TERM; echo up; while :; do sleep 0.01; done'],
      environment,
      networkIsolation: false,
    };
    await runner.launch(spec);
    const log = () => readFileSync(runner.folder(spec.jobId).log, 'utf8');
    await until(() => log().includes('up'));
    await expect(images.remove('own/busy:1')).rejects.toMatchObject({ code: 'ImageInUse' });
    await runner.stop(spec.jobId, 60_000);
    expect(await runner.exit(spec.jobId)).toEqual({ kind: 'exited', code: 9 });
    // Every process gets the signal: the shell may say what became of its `sleep`.
    expect(log()).toMatch(/^up\n(Terminated\n)?bye\n$/);
    // Its supervisor is killed.
    const lost = { ...spec, jobId: `c-${++count}`, arguments: ['echo up; sleep 300'] };
    await runner.launch(lost);
    await until(() => readFileSync(runner.folder(lost.jobId).log, 'utf8').includes('up'));
    process.kill(
      Number(readFileSync(join(runner.folder(lost.jobId).root, 'identity'), 'utf8').split('\n')[0]),
      'SIGKILL',
    );
    expect((await runner.exit(lost.jobId)).kind).toBe('lost');
    await until(() => running() === 0);
    await runner.remove(lost.jobId);
    expect(existsSync(runner.folder(lost.jobId).root)).toBe(false);
  });
});

/** Runs a job of `own/ana` whose sandbox is made by a script with other words: what a machine that lacks something does. */
async function altered(isolation: Isolation, script: string, from: string | RegExp, to: string) {
  const container = (await images.ready('own/ana:1', () => {})).container!;
  if (container.kind !== 'rootfs') throw new Error('not unpacked');
  const folders = { jobsFolder: join(base, 'jobs'), imagesFolder: join(base, 'images') };
  const folder = createRunner({ world, ...folders, hide: [], isolation }).folder(`c-${++count}`);
  for (const part of ['ml', 'tmp', 'stage']) mkdirSync(join(folder.root, part), { recursive: true });
  const spec: LaunchSpec = {
    ...{ jobId: `c-${count}`, image: 'own/ana:1', entrypoint: ['/bin/sh', '-c'], arguments: [script] },
    ...{ environment: {}, networkIsolation: false },
  };
  const config = { ...container.config, workingFolder: '/etc' };
  writeContainerScripts(folder, spec, { ...container, config }, isolation);
  const sandbox = join(folder.root, 'sandbox.sh');
  const text = readFileSync(sandbox, 'utf8');
  expect(text.replaceAll(from, to)).not.toBe(text);
  writeFileSync(sandbox, text.replaceAll(from, to));
  await startSupervisor(folder.root, world.clock);
  const exit = await waitForExit(folder.root, world.clock);
  return { exit, log: readFileSync(folder.log, 'utf8') };
}

describe.each(kinds)('where the machine lacks something, a sandbox made as %s', (as, isolation) => {
  it('has the files of the image read-only without an overlay, says so, and has folders to write to', async () => {
    const script = 'touch /etc/x 2>&1; touch /tmp/a /var/tmp/b /run/c /home/d /opt/ml/e /dev/shm/f && cat /etc/mine';
    const { exit, log } = await altered(isolation, script, '-t overlay', '-t no-such-file-system');
    expect(exit).toEqual({ kind: 'exited', code: 0 });
    expect(log).toMatch(/^telar: this machine's kernel grants no overlay/);
    expect(log).toContain("touch: cannot touch '/etc/x': Read-only file system\n");
    expect(log).toMatch(/of the image$/);
  });

  it("is the job's user without user namespaces, and says so; or is not made at all", async () => {
    const { exit, log } = await altered(isolation, 'id -u', '--map-user=', '--no-such-option=');
    expect(exit).toEqual({ kind: 'exited', code: as === 'root' ? 0 : 125 });
    if (as === 'root') expect(log).toMatch(/^telar: this machine grants no user namespace.*\n65534\n$/);
    else expect(log).toContain('its user could not be taken on');
  });

  it.each([
    ['nsenter', 'nsenter', 'the machine cannot be hidden'],
    ['pivot_root', 'pivot_root', 'the root could not be changed'],
    ['umount', 'umount', 'the machine could not be hidden'],
    ['mkfifo', 'mkfifo', 'failed'],
  ])('is not made without %s, and no job runs', async (_, word, says) => {
    const { exit, log } = await altered(isolation, 'echo ran', word, `no-such-${word}`);
    expect(exit).toEqual({ kind: 'exited', code: 125 });
    expect(log).toContain(says);
    expect(log).not.toContain('ran\n');
  });
});

// Another user can be played by root alone; run by another user, all the tests above are this one.
describe.runIf(machine.kind === 'namespaces' && process.getuid?.() === 0)('a server that is not root', () => {
  it('unpacks images and runs them all the same', async () => {
    if (statSync(import.meta.dirname).mode % 8 < 5) {
      return console.warn('Skipped: the sources are not readable by others');
    }
    const folder = join(base, 'nobody');
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    chmodSync(base, 0o755);
    const layout = join(base, 'own-ana-1');
    const at = (file: string) => JSON.stringify(join(import.meta.dirname, '..', file));
    const script = `
      const { createRunner } = await import(${at('runner.ts')});
      const { createContainerImages } = await import(${at('images/oci/containers.ts')});
      const { systemWorld } = await import(${at('../base/world.ts')});
      const { readFileSync } = await import('node:fs');
      const keep = setInterval(() => {}, 1000);
      const imagesFolder = ${JSON.stringify(join(folder, 'images'))};
      const containers = createContainerImages({ ...systemWorld, imagesFolder, own: () => false });
      containers.beginImport(${JSON.stringify(layout)}, 'own/ana:1');
      while (containers.activity('own/ana:1').state === 'Working') await new Promise((resolve) => setTimeout(resolve, 10));
      const runner = createRunner({ world: systemWorld, imagesFolder, jobsFolder: ${JSON.stringify(join(folder, 'jobs'))}, hide: [], containers });
      const command = 'id -u; pwd; cat /srv/secret; echo over >/etc/mine; cat /etc/mine; grep CapEff /proc/self/status; echo made >/opt/ml/made; ls ${base} 2>&1';
      await runner.launch({ jobId: 'job', image: 'own/ana:1', entrypoint: undefined, arguments: [command], environment: {}, networkIsolation: true });
      const exit = await runner.exit('job');
      console.log(JSON.stringify({ exit, log: readFileSync(runner.folder('job').log, 'utf8'), activity: containers.activity('own/ana:1') }));
      await containers.remove('own/ana:1');
      clearInterval(keep);`;
    const drop = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
    writeFileSync(join(folder, 'server.mjs'), script);
    const ran = spawnSync('env', ['setpriv', ...drop, process.execPath, join(folder, 'server.mjs')], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: '/' },
    });
    expect(ran.stderr).toBe('');
    const { exit, log } = JSON.parse(ran.stdout) as { exit: unknown; log: string };
    expect(log).toMatch(/^1000\n\/app\/deep\nfor root/);
    expect(log).toContain('over\nCapEff:\t0000000000000000\n');
    expect(log).toContain('No such file or directory');
    expect(exit).toEqual({ kind: 'exited', code: 2 });
    expect(readFileSync(join(folder, 'jobs/job/ml/made'), 'utf8')).toBe('made\n');
  });
});
