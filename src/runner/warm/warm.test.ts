/** What becomes of warm jobs when the server, their parent, their supervisor or they themselves are killed; and of what waits. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { SHARED_IMAGES } from '../../../tests/support/server.ts';
import type { Clock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { systemWorld } from '../../base/world.ts';
import { isRunnerError } from '../errors.ts';
import { FILES } from '../folder.ts';
import { isolation as machineIsolation } from '../isolation.ts';
import { isAlive, parseIdentity } from '../processes.ts';
import { createRunner, type LaunchSpec, type Runner } from '../runner.ts';
import { nodeScript, SPARE_PREFIX } from './spares.ts';
import { isPython } from './warm.ts';

const world = { ...systemWorld, log: silentLog };
const PYTHON = 'sagemaker-scikit-learn:1.2-1-cpu-py3';
const NODE = `telar/node:${process.versions.node.split('.')[0]}`;
const base = mkdtempSync(join(tmpdir(), 'telar-kill-'));
const granted = (await machineIsolation()).kind === 'namespaces';
if (!granted) console.warn('Skipped: warm starts, since this machine grants no namespaces.');

let folders = 0;
const open: Runner[] = [];
/** A runner in a folder of its own, as a new server would make it. */
function server(clock: Clock = world.clock): Runner {
  const jobsFolder = join(base, String(++folders), 'jobs');
  mkdirSync(jobsFolder, { recursive: true });
  const runner = createRunner({ world: { ...world, clock }, jobsFolder, imagesFolder: SHARED_IMAGES, hide: [] });
  open.push(runner);
  return runner;
}
afterEach(() => {
  for (const runner of open.splice(0)) runner.close();
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

async function missing(): Promise<string | undefined> {
  try {
    const runner = createRunner({ world, jobsFolder: base, imagesFolder: SHARED_IMAGES, hide: [], warm: false });
    await runner.prepare(PYTHON, (line) => console.log(line));
    return undefined;
  } catch (error) {
    const excused = ['PythonMissing', 'VenvMissing', 'RegistryUnreachable'];
    if (isRunnerError(error) && excused.includes(error.code)) return error.message;
    throw error;
  }
}
const noPython = granted ? await missing() : 'no namespaces';
if (granted && noPython) console.warn(`Skipped: warm Python. ${noPython}`);

let count = 0;
function stage(runner: Runner, image: string, source: string, environment: Record<string, string> = {}): LaunchSpec {
  const jobId = `job-${++count}`;
  const [program, name] = image === NODE ? ['node', 'x.ts'] : ['python3', 'x.py'];
  const { ml } = runner.folder(jobId);
  mkdirSync(ml, { recursive: true });
  writeFileSync(join(ml, name), source);
  return { jobId, image, entrypoint: [program, name], arguments: [], environment, networkIsolation: false };
}
const log = (runner: Runner, { jobId }: LaunchSpec) => readFileSync(runner.folder(jobId).log, 'utf8');
const until = async (what: () => boolean) => {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 10));
};
const said = (runner: Runner, spec: LaunchSpec, text: string) => until(() => log(runner, spec).includes(text));
const identityOf = (runner: Runner, { jobId }: LaunchSpec, file: string) =>
  parseIdentity(readFileSync(join(runner.folder(jobId).root, file), 'utf8'))!;
const isForked = (runner: Runner, { jobId }: LaunchSpec) =>
  readFileSync(join(runner.folder(jobId).root, FILES.identity), 'utf8').endsWith('warm\n');

type Found = { pid: number; parent: number };
/** The warm parents, or what else has this in its command, that a process has started. */
function childrenOf(pid: number, text: string): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const found = lines
    .filter((line) => line.includes(text))
    .map((line): Found => {
      const [own, parent] = line.trim().split(/\s+/);
      return { pid: Number(own), parent: Number(parent) };
    });
  return found.filter(({ parent }) => parent === pid).map((each) => each.pid);
}
const parents = (pid = process.pid) => childrenOf(pid, 'telar_warm_parent.py');
const spares = (runner: Runner) => {
  const folder = join(runner.folder('x').root, '..');
  return readdirSync(folder).filter((name) => name.startsWith(SPARE_PREFIX));
};
const ready = (runner: Runner) => {
  const folder = join(runner.folder('x').root, '..');
  return spares(runner).filter((name) => existsSync(join(folder, name, FILES.target)));
};
/** Whether any process has this in its environment; a job's own start shows there, and in its children. */
const running = (mark: string) =>
  Number(execFileSync('sh', ['-c', `grep -lz '^MARK=${mark}$' /proc/[0-9]*/environ 2>/dev/null | wc -l`]).toString()) >
  0;

/** Launches this in a process that waits, as soon as one does. */
async function launchInSpare(
  runner: Runner,
  source: string,
  more: (root: string) => void = () => {},
): Promise<LaunchSpec> {
  for (;;) {
    const spec = stage(runner, NODE, source);
    more(runner.folder(spec.jobId).root);
    await runner.launch(spec);
    if (readFileSync(join(runner.folder(spec.jobId).root, FILES.command), 'utf8').includes('spare.mts')) return spec;
    await runner.remove(spec.jobId);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const WAIT =
  'import os, time, subprocess\nsubprocess.Popen(["sleep", "300"])\nprint("up", flush=True)\nwhile not os.path.exists("/opt/ml/go"): time.sleep(0.01)\nprint("done")\n';

// Without an environment, for the reason printed above.
describe.skipIf(noPython !== undefined)('a warm Python job', () => {
  const shared = server();
  open.splice(0); // it serves all of them
  afterAll(() => shared.close());

  it('goes on when its parent is killed, and the next one has a new parent', async () => {
    const runner = server();
    const spec = stage(runner, PYTHON, WAIT, { MARK: 'orphan' });
    await runner.launch(spec);
    await said(runner, spec, 'up');
    expect(isForked(runner, spec)).toBe(true);
    const [parent] = parents().slice(-1);
    process.kill(parent!, 'SIGKILL');
    await until(() => !parents().includes(parent!));
    const next = stage(runner, PYTHON, 'print("next")');
    await runner.launch(next);
    expect(await runner.exit(next.jobId)).toEqual({ kind: 'exited', code: 0 });
    expect(isForked(runner, next)).toBe(true);
    writeFileSync(join(runner.folder(spec.jobId).ml, 'go'), '');
    expect(await runner.exit(spec.jobId)).toEqual({ kind: 'exited', code: 0 });
    expect(log(runner, spec)).toBe('up\ndone\n');
    await until(() => !running('orphan'));
  });

  it('is lost when its supervisor is killed, and so are all its processes', async () => {
    const runner = shared;
    const spec = stage(runner, PYTHON, WAIT, { MARK: 'lost' });
    await runner.launch(spec);
    await said(runner, spec, 'up');
    process.kill(identityOf(runner, spec, FILES.identity).pid, 'SIGKILL');
    expect(await runner.exit(spec.jobId)).toMatchObject({ kind: 'lost' });
    expect(isAlive(identityOf(runner, spec, FILES.target))).toBe(false);
    expect(running('lost')).toBe(false);
  });

  it('was signalled when its process is killed, and its children end with it', async () => {
    const runner = shared;
    const spec = stage(runner, PYTHON, WAIT, { MARK: 'killed' });
    await runner.launch(spec);
    await said(runner, spec, 'up');
    process.kill(identityOf(runner, spec, FILES.target).pid, 'SIGKILL');
    expect(await runner.exit(spec.jobId)).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
    expect(running('killed')).toBe(false);
  });

  it('gets SIGTERM in all its processes when it is stopped, orphans too', async () => {
    const runner = shared;
    const source = `import os, signal, sys, time
def told(name, status):
    def handler(*_): print(name, flush=True); os._exit(status)
    signal.signal(signal.SIGTERM, handler)
if os.fork() == 0:
    if os.fork(): os._exit(0)
    told('orphan', 0); print('ready', flush=True); time.sleep(300)
told('main', 9)
signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.2), print('main', flush=True), os._exit(9)))
time.sleep(300)
`;
    const spec = stage(runner, PYTHON, source);
    await runner.launch(spec);
    await said(runner, spec, 'ready');
    await runner.stop(spec.jobId, 60_000);
    expect(await runner.exit(spec.jobId)).toEqual({ kind: 'exited', code: 9 });
    expect(log(runner, spec)).toBe('ready\norphan\nmain\n');
  });

  it('that ignores SIGTERM is killed after the grace; and can be stopped the moment it was launched', async () => {
    const runner = shared;
    const deaf = stage(
      runner,
      PYTHON,
      'import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint("deaf", flush=True)\ntime.sleep(300)',
    );
    await runner.launch(deaf);
    await said(runner, deaf, 'deaf');
    await runner.stop(deaf.jobId, 50);
    expect(await runner.exit(deaf.jobId)).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
    const early = stage(runner, PYTHON, 'import time; time.sleep(300)');
    await runner.launch(early);
    await runner.stop(early.jobId, 0);
    expect((await runner.exit(early.jobId)).kind).toBe('signalled');
  });

  it('is launched once, however often it is asked for, and found again by another server', async () => {
    const runner = shared;
    const jobsFolder = join(runner.folder('x').root, '..');
    const more = [1, 2].map(() => createRunner({ world, jobsFolder, imagesFolder: SHARED_IMAGES, hide: [] }));
    open.push(...more);
    const spec = stage(runner, PYTHON, 'import time; print("started", flush=True); time.sleep(0.2)');
    await Promise.all([runner, ...more].map((each) => each.launch(spec)));
    await Promise.all([runner, ...more].map((each) => each.exit(spec.jobId)));
    expect(log(runner, spec).match(/^started$/gm)).toEqual(['started']);
  });

  it('says so when its sandbox cannot be made', async () => {
    const runner = shared;
    const spec = stage(runner, PYTHON, 'print("never")');
    await runner.launch({ ...spec, confinement: { join: [join(base, 'no/cgroup.procs')], rlimits: {} } });
    expect(await runner.exit(spec.jobId)).toEqual({ kind: 'exited', code: 125 });
    expect(log(runner, spec)).toMatch(/^telar: the sandbox of this job could not be made: .*no\/cgroup\.procs/);
  });

  it('enters its control groups before it is anything else', async () => {
    const runner = shared;
    writeFileSync(join(base, 'cgroup.procs'), '');
    const spec = stage(runner, PYTHON, 'print("in")');
    await runner.launch({ ...spec, confinement: { join: [join(base, 'cgroup.procs')], rlimits: {} } });
    expect(await runner.exit(spec.jobId)).toEqual({ kind: 'exited', code: 0 });
    expect(readFileSync(join(base, 'cgroup.procs'), 'utf8')).toBe('0');
  });

  it('leaves no parent behind when nobody has used it for a while', async () => {
    const timers = new Set<{ at: number; run: () => void }>();
    const at: Clock['at'] = (when, run) => {
      const timer = { at: when, run };
      timers.add(timer);
      const cancel = world.clock.at(when, run);
      return () => {
        timers.delete(timer);
        cancel();
      };
    };
    const runner = server({ ...world.clock, at });
    const spec = stage(runner, PYTHON, 'print(1)');
    await runner.launch(spec);
    await runner.exit(spec.jobId);
    const before = parents().length;
    const now = world.clock.now();
    for (const timer of timers) if (timer.at > now + 10 * 60_000) timer.run();
    await until(() => parents().length === before - 1);
    const again = stage(runner, PYTHON, 'print(2)');
    await runner.launch(again);
    await runner.exit(again.jobId);
    expect(isForked(runner, again)).toBe(true);
  });
});

/** A server in a process of its own, which launches this job and then stays. */
async function otherServer(jobsFolder: string, spec: LaunchSpec | undefined): Promise<ChildProcess> {
  const module = (name: string) => JSON.stringify(join(import.meta.dirname, name));
  const options = { jobsFolder, imagesFolder: SHARED_IMAGES, hide: [] };
  const program = `
    const { createRunner } = await import(${module('../runner.ts')});
    const { systemWorld } = await import(${module('../../base/world.ts')});
    setInterval(() => {}, 1000);
    const runner = createRunner({ world: systemWorld, ...${JSON.stringify(options)} });
    ${spec ? `await runner.launch(${JSON.stringify(spec)});` : `await runner.prepare('${NODE}', () => {});`}
    console.log('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout!.once('data', resolve));
  return child;
}
async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

// Without an environment, for the reason printed above.
describe.skipIf(noPython !== undefined)('a server that is killed', () => {
  it('takes its warm parent along, and no job', async () => {
    const runner = server();
    const spec = stage(runner, PYTHON, WAIT);
    const child = await otherServer(join(runner.folder('x').root, '..'), spec);
    await said(runner, spec, 'up');
    const [parent] = parents(child.pid);
    expect(parent).toBeDefined();
    await kill(child);
    await until(() => !existsSync(`/proc/${parent}`) || readFileSync(`/proc/${parent}/stat`, 'utf8').includes(') Z'));
    expect(runner.launched(spec.jobId)).toBe(true);
    writeFileSync(join(runner.folder(spec.jobId).ml, 'go'), '');
    expect(await runner.exit(spec.jobId)).toEqual({ kind: 'exited', code: 0 });
    expect(isForked(runner, spec)).toBe(true);
  });
});

// Without namespaces nothing waits: the reason is printed above.
describe.runIf(granted)('a Node.js process that waits', () => {
  it('becomes a job once, of whichever server is first', async () => {
    const runner = server();
    const second = createRunner({
      world,
      jobsFolder: join(runner.folder('x').root, '..'),
      imagesFolder: SHARED_IMAGES,
      hide: [],
    });
    open.push(second);
    await Promise.all([runner.prepare(NODE, () => {}), second.prepare(NODE, () => {})]);
    await until(() => ready(runner).length === 4);
    await new Promise((resolve) => setTimeout(resolve, 500)); // likelier warm; it must hold cold, too
    const spec = stage(runner, NODE, 'console.log("started"); await new Promise((go) => setTimeout(go, 100));');
    await Promise.all([runner.launch(spec), second.launch(spec)]);
    expect(await runner.exit(spec.jobId)).toEqual({ kind: 'exited', code: 0 });
    expect(log(runner, spec).match(/^started$/gm)).toEqual(['started']);
  });

  it('ends with its server, whose successor clears its folder away', async () => {
    const runner = server();
    const jobsFolder = join(runner.folder('x').root, '..');
    const child = await otherServer(jobsFolder, undefined);
    await until(() => ready(runner).length === 2);
    const waiting = ready(runner).map(
      (name) => parseIdentity(readFileSync(join(jobsFolder, name, FILES.target), 'utf8'))!,
    );
    await kill(child);
    await until(() => waiting.every((each) => !isAlive(each)));
    await runner.start();
    await until(() => !spares(runner).some((name) => name.startsWith(`${SPARE_PREFIX}${child.pid}-`)));
    // And has its own, since the image was used.
    await until(() => ready(runner).length === 2);
  });

  it('fails its job as a sandbox that could not be made, if the server ends before it says what to run', async () => {
    const runner = server();
    await runner.prepare(NODE, () => {});
    await until(() => ready(runner).length === 2);
    const jobsFolder = join(runner.folder('x').root, '..');
    const [name] = ready(runner);
    // The rename is done, and nothing else.
    execFileSync('mv', [join(jobsFolder, name!), join(jobsFolder, 'halfway')]);
    runner.close();
    expect(await runner.exit('halfway')).toEqual({ kind: 'exited', code: 125 });
    expect(readFileSync(runner.folder('halfway').log, 'utf8')).toMatch(
      /^telar: the sandbox of this job could not be made/m,
    );
  });

  it('is lost with its supervisor like any other job', async () => {
    const runner = server();
    await runner.prepare(NODE, () => {});
    const spec = await launchInSpare(runner, 'console.log("up"); setTimeout(() => {}, 300_000);');
    await said(runner, spec, 'up');
    process.kill(identityOf(runner, spec, FILES.identity).pid, 'SIGKILL');
    expect(await runner.exit(spec.jobId)).toMatchObject({ kind: 'lost' });
  });

  it('keeps what was staged, and what was noted in the log before', async () => {
    const runner = server();
    await runner.prepare(NODE, () => {});
    const spec = await launchInSpare(runner, 'console.log("ran");', (folder) => {
      writeFileSync(join(folder, 'output.log'), 'building\n');
      writeFileSync(join(folder, 'staged'), 'boot');
      mkdirSync(join(folder, 'ml/input/deep'), { recursive: true });
      writeFileSync(join(folder, 'ml/input/deep/data'), 'x');
    });
    const { root } = runner.folder(spec.jobId);
    await runner.exit(spec.jobId);
    expect(log(runner, spec)).toBe('building\nran\n');
    expect(readFileSync(join(root, 'staged'), 'utf8')).toBe('boot');
    expect(readFileSync(join(root, 'ml/input/deep/data'), 'utf8')).toBe('x');
    expect(readdirSync(root)).not.toContain('.incoming');
  });
});

describe('which commands can start warm', () => {
  it('the Python of the image, and its train', () => {
    const warm = ['python', 'python3', 'train', '/opt/telar/python/bin/python3', '/opt/telar/programs/bin/train'];
    expect(warm.map(isPython)).toEqual(warm.map(() => true));
    const other = [
      '/usr/bin/python3',
      './python3',
      'python3.11',
      'bash',
      '',
      'env',
      '/opt/telar/python/bin/../python3',
    ];
    expect(other.map(isPython)).toEqual(other.map(() => false));
  });

  it('a script of the Node.js of the image', () => {
    expect(nodeScript(['node', 'x.ts', '-a'])).toEqual({ script: 'x.ts', args: ['-a'] });
    expect(nodeScript(['/opt/telar/bin/node', '/opt/ml/x.js'])).toEqual({ script: '/opt/ml/x.js', args: [] });
    expect(nodeScript(['node', '--test', 'x.ts'])).toBe("node is given the option '--test'");
    expect(nodeScript(['node'])).toBe('node is given no script');
    expect(nodeScript(['sh', '-c', 'node x.ts'])).toBeUndefined();
  });
});
