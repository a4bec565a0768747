/** What a job sees and does not see, in each kind of namespace that this machine grants. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import { systemWorld } from '../base/world.ts';
import { type Isolation, isolation as machineIsolation } from './isolation.ts';
import { createRunner } from './runner.ts';
import { covering } from './sandbox.ts';

const NODE = `telar/node:${process.versions.node.split('.')[0]}`;
const machine = await machineIsolation();
const kinds: [string, Isolation][] = machine.kind === 'namespaces' ? [[machine.as, machine]] : [];
if (machine.kind === 'namespaces' && machine.as === 'root') kinds.push(['user', { kind: 'namespaces', as: 'user' }]);
if (kinds.length === 0) console.warn(`Skipped: sandboxes, since ${machine.kind === 'none' ? machine.reason : ''}`);

let base: string;
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'telar-sandbox-'));
  mkdirSync(join(base, 'keys'));
  writeFileSync(join(base, 'keys/secret'), 'hush');
  writeFileSync(join(base, 'state.db'), 'hush');
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

let count = 0;
async function inside(isolation: Isolation, script: string, networkIsolation = false, all = false): Promise<string> {
  const world = { ...systemWorld, log: silentLog };
  const hide = all ? [base] : [join(base, 'keys'), join(base, 'state.db'), join(base, 'not-there')];
  const folders = { jobsFolder: join(base, 'jobs'), imagesFolder: join(base, 'images') };
  const runner = createRunner({ world, ...folders, hide, isolation });
  const jobId = `sandbox-${++count}`;
  mkdirSync(join(runner.folder(jobId).ml, 'input'), { recursive: true });
  writeFileSync(join(runner.folder(jobId).ml, 'input/data'), 'given');
  const spec = { jobId, image: NODE, entrypoint: ['sh', '-c'], arguments: [script], environment: {}, networkIsolation };
  await runner.launch(spec);
  await runner.exit(jobId);
  return readFileSync(runner.folder(jobId).log, 'utf8');
}

describe.each(kinds)('a sandbox made as %s', (as, isolation) => {
  it('has its folder at /opt/ml, may write there, and starts there', async () => {
    const said = await inside(
      isolation,
      'pwd; cat /opt/ml/input/data; echo made >/opt/ml/made; echo >>/opt/ml/input/data',
    );
    expect(said).toBe('/opt/ml\ngiven');
    expect(readFileSync(join(base, `jobs/sandbox-${count}/ml/made`), 'utf8')).toBe('made\n');
  });

  it('still shows what the machine has in /opt, and its own tools read-only', async () => {
    const there = spawnSync('ls', ['/opt'], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
    const seen = (await inside(isolation, 'ls /opt')).split('\n').filter(Boolean);
    expect(seen).toEqual([...new Set([...there, 'ml', 'telar'])].sort());
    expect(await inside(isolation, '(echo x >/opt/telar/x) 2>/dev/null && echo wrote')).toBe('');
    expect(await inside(isolation, '(echo x >>/opt/telar/bin/node) 2>/dev/null && echo wrote')).toBe('');
  });

  it('hides keys, database, and the other jobs', async () => {
    const look = `cat ${base}/keys/secret ${base}/state.db; ls ${base}/keys ${base}/jobs; ls ${base}`;
    const said = await inside(isolation, `(${look}) 2>/dev/null`);
    expect(said).not.toContain('hush');
    expect(said).not.toContain('sandbox-');
  });

  it('hides the whole data folder, and still has its own part of it', async () => {
    const said = await inside(isolation, `ls -A ${base} 2>/dev/null; cat input/data; node -p 1`, false, true);
    expect(said).toBe('given1\n');
  });

  it('cannot be undone from inside', async () => {
    const undo = `umount ${base}/keys; umount /tmp; unshare -m umount ${base}/keys; unshare -Urm sh -c 'umount ${base}/keys; umount /tmp; cat ${base}/keys/secret'`;
    expect(await inside(isolation, `(${undo}) 2>/dev/null; cat ${base}/keys/secret 2>/dev/null; true`)).not.toContain(
      'hush',
    );
    // Mapped to itself, root keeps its powers over what the inner namespace owns, which is none of the mounts.
    if (as === 'user' && process.getuid!() === 0) return;
    expect(await inside(isolation, 'grep CapEff /proc/self/status')).toContain('0000000000000000');
  });

  it('has a /tmp and a home of its own, and sees only its own processes', async () => {
    const script = 'echo x >/tmp/x; touch ~/y; echo "$HOME"; ls /tmp; ls -d /proc/[0-9]* | wc -l';
    const said = await inside(isolation, script);
    expect(said).toMatch(/^\/tmp\/home\nhome\nx\n[3-6]\n$/);
    expect(existsSync(join(tmpdir(), 'x', 'y'))).toBe(false);
  });

  it('what a job left in /dev/shm, /var/tmp or the machine’s IPC was another’s to read, and stayed', async () => {
    const name = `telar-left-${process.pid}-${as}`;
    const shared = ['/dev/shm', '/var/tmp', '/run/lock'].filter((path) => existsSync(path));
    const write = `for at in ${shared.join(' ')}; do echo x >$at/${name}; ls $at | grep -c ${name}; done; readlink /proc/self/ns/ipc`;
    const [ipc, ...counts] = (await inside(isolation, write)).trim().split('\n').reverse();
    expect(counts).toEqual(shared.map(() => '1'));
    expect(ipc).not.toBe(readlinkSync('/proc/self/ns/ipc'));
    for (const at of shared) expect(existsSync(join(at, name))).toBe(false);
    expect(await inside(isolation, `ls ${shared.join(' ')} | grep ${name}; true`)).toBe('');
  });

  it('hands on nothing of the environment of the server', async () => {
    process.env['AWS_SECRET_ACCESS_KEY'] = 'hush';
    expect(await inside(isolation, 'env')).not.toContain('hush');
    delete process.env['AWS_SECRET_ACCESS_KEY'];
  });

  it('runs without the rights of root', async () => {
    const id = as === 'root' ? '65534' : String(process.getuid!());
    expect(await inside(isolation, 'id -u')).toBe(`${id}\n`);
  });

  it('has no network when that is asked for', async () => {
    const script = "tail -n +3 /proc/net/dev | grep -v ' lo:' | wc -l; cat /proc/net/route | wc -l";
    expect(await inside(isolation, script, true)).toMatch(/^0\n[01]\n$/);
  });
});

// Another user can be played by root alone; run by another user, all the tests above are this one.
describe.runIf(machine.kind === 'namespaces' && process.getuid?.() === 0)('a server that is not root', () => {
  it('runs its jobs in a sandbox all the same', () => {
    const folder = join(base, 'nobody');
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    chmodSync(base, 0o755);
    if (statSync(import.meta.dirname).mode % 8 < 5)
      return console.warn('Skipped: the sources are not readable by others');
    const options = {
      jobsFolder: join(folder, 'jobs'),
      imagesFolder: join(folder, 'images'),
      hide: [join(folder, 'keys')],
    };
    const script = `
      import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
      const { createRunner } = await import(${JSON.stringify(join(import.meta.dirname, 'runner.ts'))});
      const { systemWorld } = await import(${JSON.stringify(join(import.meta.dirname, '../base/world.ts'))});
      mkdirSync(${JSON.stringify(join(folder, 'keys'))});
      writeFileSync(${JSON.stringify(join(folder, 'keys/secret'))}, 'hush');
      const runner = createRunner({ world: systemWorld, ...${JSON.stringify(options)} });
      const keep = setInterval(() => {}, 1000);
      const command = 'id -u; pwd; echo made >made; cat ${folder}/keys/secret || umount ${folder}/keys || ls ${folder}/keys; true';
      await runner.launch({ jobId: 'job', image: '${NODE}', entrypoint: ['sh', '-c'], arguments: [command], environment: {}, networkIsolation: true });
      console.log(JSON.stringify({ exit: await runner.exit('job'), log: readFileSync(runner.folder('job').log, 'utf8') }));
      clearInterval(keep);`;
    const drop = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
    const node = [process.execPath, '--input-type=module', '-e', script];
    const ran = spawnSync('env', ['setpriv', ...drop, ...node], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: '/' },
    });
    expect(ran.stderr).toBe('');
    const { exit, log } = JSON.parse(ran.stdout) as { exit: unknown; log: string };
    expect(exit).toEqual({ kind: 'exited', code: 0 });
    expect(log).toMatch(/^65534\n\/opt\/ml\n/);
    expect(log).not.toContain('hush');
    expect(readFileSync(join(folder, 'jobs/job/ml/made'), 'utf8')).toBe('made\n');
  });
});

describe('what is covered', () => {
  it('the outermost of hidden folders once, and needed paths below them are put back', () => {
    mkdirSync(join(base, 'home/python/lib'), { recursive: true });
    const hide = [join(base, 'home'), join(base, 'home/python'), join(base, 'missing')];
    const plan = covering({ as: 'user', hide, needs: [join(base, 'home/python'), '/usr'] });
    expect(plan.covers).toEqual([join(base, 'home')]);
    expect(plan.restore).toEqual([join(base, 'home/python')]);
  });

  it("a folder that the job's user may not enter, when what is needed lies in it", () => {
    mkdirSync(join(base, 'locked/inner/python'), { recursive: true });
    chmodSync(join(base, 'locked'), 0o700);
    chmodSync(base, 0o755);
    const needs = [join(base, 'locked/inner/python')];
    expect(covering({ as: 'root', hide: [], needs })).toEqual({ covers: [join(base, 'locked')], restore: needs });
    expect(covering({ as: 'user', hide: [], needs }).covers).toEqual([]);
  });
});
