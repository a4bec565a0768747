/**
 * A job cannot tell how it was started: every program here runs cold and warm, and must end the same and say the same. Each in
 * every kind of namespace that this machine grants.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { SHARED_IMAGES } from '../../../tests/support/server.ts';
import { silentLog } from '../../base/log.ts';
import { systemWorld } from '../../base/world.ts';
import { isRunnerError } from '../errors.ts';
import { FILES } from '../folder.ts';
import { type Isolation, isolation as machineIsolation } from '../isolation.ts';
import { createRunner, type JobExit, type LaunchSpec, type Runner } from '../runner.ts';
import { AWS_SDK_ENVIRONMENT, AWS_SDK_PROGRAM } from './testing.ts';

const world = { ...systemWorld, log: silentLog };
const PYTHON = 'sagemaker-scikit-learn:1.2-1-cpu-py3';
const NODE = `telar/node:${process.versions.node.split('.')[0]}`;
const base = mkdtempSync(join(tmpdir(), 'telar-warm-'));
const machine = await machineIsolation();
const kinds: [string, Isolation][] = machine.kind === 'namespaces' ? [[machine.as, machine]] : [];
if (machine.kind === 'namespaces' && machine.as === 'root') kinds.push(['user', { kind: 'namespaces', as: 'user' }]);
else if (machine.kind === 'none') console.warn(`Skipped: warm starts, since ${machine.reason}`);

const runners: Runner[] = [];
function runnerOf(name: string, isolation: Isolation, warm: boolean): Runner {
  const folders = { jobsFolder: join(base, name, 'jobs'), imagesFolder: SHARED_IMAGES };
  const runner = createRunner({ world, ...folders, hide: [join(base, 'keys')], isolation, warm });
  runners.push(runner);
  return runner;
}
mkdirSync(join(base, 'keys'));
writeFileSync(join(base, 'keys/secret'), 'hush');
afterAll(() => {
  for (const runner of runners) runner.close();
  rmSync(base, { recursive: true, force: true });
});

/** Why Python's environment cannot be had here, or undefined when it is there. */
async function missing(): Promise<string | undefined> {
  try {
    await createRunner({
      world,
      jobsFolder: join(base, 'none'),
      imagesFolder: SHARED_IMAGES,
      hide: [],
      warm: false,
    }).prepare(PYTHON, (line) => console.log(line));
    return undefined;
  } catch (error) {
    const excused = ['PythonMissing', 'VenvMissing', 'RegistryUnreachable'];
    if (isRunnerError(error) && excused.includes(error.code)) return error.message;
    throw error;
  }
}
const noPython = await missing();
if (noPython) console.warn(`Skipped: warm Python. ${noPython}`);

type Program = {
  files: Record<string, string>;
  command: string[];
  more?: Partial<LaunchSpec>;
  /** The start of why it does not start warm. */
  cold?: string;
};
type Ended = { exit: JobExit; log: string; folder: string };

let count = 0;
async function run(runner: Runner, image: string, { files, command, more }: Program): Promise<Ended> {
  const jobId = `job-${++count}`;
  const { root, ml, log } = runner.folder(jobId);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(ml, name)), { recursive: true });
    writeFileSync(join(ml, name), text);
  }
  const spec = { jobId, image, entrypoint: command, arguments: [], environment: {}, networkIsolation: false, ...more };
  await runner.launch(spec);
  const exit = await runner.exit(jobId);
  return { exit, log: readFileSync(log, 'utf8'), folder: root };
}

const COLD = /^telar: this job starts cold: (.*)\n/m;
const startedCold = (log: string) => COLD.exec(log)?.[1];

/** A process of a warm parent says so in its claim. */
const isForked = (folder: string) => readFileSync(join(folder, FILES.identity), 'utf8').endsWith('warm\n');
const waited = (folder: string) => readFileSync(join(folder, FILES.command), 'utf8').includes('spare.mts');

const script = (source: string, ...args: string[]): Program => ({
  files: { 'x.py': source },
  command: ['python3', 'x.py', ...args],
});
const inside = (more: Partial<LaunchSpec>, program: Program): Program => ({ ...program, more });

/** What a program can easily find out about the process it runs in. */
const REPORT = `import atexit, locale, logging, os, resource, signal, sys, threading, time
print(__name__, __file__, __doc__, __package__, __spec__, type(__loader__).__name__, sorted(k for k in globals() if k.startswith('__')))
print(sys.argv, sys.path, sys.executable, sys.prefix, sys.orig_argv if hasattr(sys, 'orig_argv') else '')
print(sys.flags, sys.warnoptions, sys.getfilesystemencoding(), sys.getrecursionlimit(), sys.getswitchinterval())
print(os.getcwd(), os.getuid(), os.getgid(), os.getgroups(), os.getppid() == 1, os.umask(0))
print(sorted(fd for fd in os.listdir('/proc/self/fd') if len(fd) < 3), os.readlink('/proc/self/fd/0'), [os.get_blocking(fd) for fd in (0, 1, 2)])
for name in ('stdin', 'stdout', 'stderr'):
    stream = getattr(sys, name)
    print(name, stream.encoding, stream.errors, stream.line_buffering, stream.isatty(), stream.fileno(), stream.mode, type(stream.buffer).__name__)
print({n: str(signal.getsignal(n)) for n in sorted(signal.valid_signals()) if signal.getsignal(n) not in (signal.SIG_DFL, None) and n != signal.SIGINT})
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler, signal.pthread_sigmask(signal.SIG_BLOCK, []))
print({n: resource.getrlimit(getattr(resource, n)) for n in dir(resource) if n.startswith('RLIMIT')})
print([line for line in open('/proc/self/status').read().splitlines() if line.startswith(('Uid', 'Gid', 'CapInh', 'CapAmb', 'TracerPid', 'SigBlk', 'SigIgn'))])
print(locale.getlocale(), locale.getpreferredencoding(), time.tzname, threading.active_count(), threading.current_thread().name)
print(logging.root.handlers, logging.root.level, sys.getprofile(), sys.gettrace(), sys.dont_write_bytecode, sys.excepthook is sys.__excepthook__)
print({k: v for k, v in sorted(os.environ.items()) if not k.startswith('KMP_')}, sorted(os.listdir('/opt')), os.listdir('/tmp'), os.path.exists('/opt/ml/x.py'))
print(sys.stdin.read() == '', os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0), os.access('/opt/telar', os.W_OK))
print(open('/proc/self/oom_score_adj').read(), open('/proc/sys/kernel/hostname').read(), sorted(n for n in os.listdir('/proc') if n.isdigit() and int(n) > 100))
try: print(open('${join(base, 'keys/secret')}').read())
except OSError as error: print(error)
`;

/** A training job in script mode, with this script. */
const training = (source: string, more: Record<string, string> = {}): Program => ({
  files: {
    'input/config/hyperparameters.json': JSON.stringify({
      ...{ sagemaker_program: '"x.py"', sagemaker_submit_directory: '"/opt/ml/code"', depth: '3' },
    }),
    'code/x.py': source,
    ...more,
  },
  command: ['train'],
});

const PYTHON_PROGRAMS: Record<string, Program> = {
  trains: training(REPORT),
  'trains, and fails': training('import helper\nhelper.f()\n', { 'code/helper.py': 'def f(): return {}["x"]\n' }),
  'trains, and ends with a text': training('import sys; sys.exit("enough")'),
  'trains, and is killed': training('import os; os.kill(os.getpid(), 9)'),
  'trains with a random.py of its own': {
    ...training('import random; print(random.MINE)', { 'code/random.py': 'MINE = 1' }),
    cold: '/opt/ml/code/random.py hides a module',
  },
  'trains without a script': { files: {}, command: ['train'] },
  'reports what it sees': inside({ environment: { OWN: "it's ü" } }, script(REPORT, 'a', "b 'c", '')),
  'reports what it sees without a network': inside(
    { networkIsolation: true },
    script(`${REPORT}print(open('/proc/net/dev').read().count('eth'), os.listdir('/sys/class/net') if False else '')`),
  ),
  'ends at its end': script('print("done")'),
  'ends with a number': script('import sys; print(1); sys.exit(3)'),
  'ends with a large and a negative number': script('import sys; sys.exit(-1)'),
  'ends with True': script('import sys; sys.exit(True)'),
  'ends with a text': script('import sys; sys.exit("why it ended")'),
  'ends with an object': script('raise SystemExit(["a", 1])'),
  'ends without finishing': script('import os; print("x", end=""); os._exit(7)'),
  raises: script(
    'def f(x):\n    return 1 / x\n\ntry:\n    f(0)\nexcept ZeroDivisionError as error:\n    raise ValueError("for that") from error\n',
  ),
  'raises a group': script(
    'import sys\nraise ExceptionGroup("g", [ValueError(1), TypeError(2)]) if sys.version_info >= (3, 11) else ValueError(1)',
  ),
  'has a wrong syntax': script('x = 1\nif x\n  y = 2\n'),
  'has a null byte': { ...script('x = 1\0\n'), cold: "'x.py' is no file of Python source" },
  'has another encoding': script('# -*- coding: latin-1 -*-\nprint(len("caf\\xe9"))\n'),
  'has a hook for exceptions': script(
    'import sys\nsys.excepthook = lambda t, v, tb: print("hook", t, v, tb.tb_lineno, tb.tb_next)\n1 / 0\n',
  ),
  'is interrupted': script('raise KeyboardInterrupt'),
  'ends itself by a signal': script(
    'import os, signal; os.kill(os.getpid(), signal.SIGTERM); import time; time.sleep(9)',
  ),
  aborts: script('import os; os.abort()'),
  'accesses no memory': script('import ctypes; ctypes.string_at(0)'),
  'writes to nobody': script('import os\nr, w = os.pipe()\nos.close(r)\nos.write(w, b"x")\n'),
  'closes its output': script('import sys; sys.stdout.close()'),
  'has an output that takes nothing': script('import sys; sys.stdout = open("/dev/full", "w"); print("x")'),
  'cleans up at its end': script(`import atexit, threading, time, weakref
class Told:
    def __init__(self, name): self.name = name
    def __del__(self): print('del', self.name)
kept = Told('global')
cycle = Told('cycle'); cycle.me = cycle
atexit.register(print, 'first registered')
atexit.register(print, 'last registered')
threading.Thread(target=lambda: (time.sleep(0.1), print('thread done'))).start()
threading.Thread(target=lambda: time.sleep(60), daemon=True).start()
weakref.finalize(kept, print, 'finalize')
left = open('/opt/ml/left', 'w'); left.write('not flushed')
print('main done')
`),
  'reads what another left unflushed': script(`import subprocess, sys
subprocess.run([sys.executable, '-c', 'f = open("/tmp/f", "w"); f.write("left")'])
print(open('/tmp/f').read(), sys.executable)`),
  'has memory that it shares with its own processes alone':
    script(`import os; from multiprocessing import Lock, Pool; from multiprocessing.shared_memory import SharedMemory
for at in ('/dev/shm', '/var/tmp'): open(at + '/left', 'x')
made = SharedMemory(create=True, size=8)
with Lock(), Pool(2) as pool: print(pool.map(abs, [-1, 2]), os.listdir('/var/tmp') == os.listdir('/tmp'))
print(len(os.listdir('/dev/shm')), oct(os.stat('/dev/shm').st_mode), os.path.ismount('/dev/shm'), made.unlink())`),
  'raises in a thread': script(
    'import threading\nt = threading.Thread(target=lambda: 1 / 0, name="T"); t.start(); t.join(); print("on")',
  ),
  forks: script(`import os, sys
pid = os.fork()
if pid == 0:
    print('child'); sys.exit(5)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`),
  'has processes of all kinds': {
    files: {
      'x.py': `import multiprocessing as mp, os
from work import square
def other(x): return x + 1
if __name__ == '__main__':
    for kind in ('fork', 'spawn', 'forkserver'):
        with mp.get_context(kind).Pool(2) as pool:
            print(kind, pool.map(square, range(4)), pool.map(other, range(3)), flush=True)
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
    with ProcessPoolExecutor(1) as pool: print(pool.submit(square, 7).result())
    with ThreadPoolExecutor(1) as pool: print(pool.submit(square, 8).result())
`,
      'work.py': 'def square(x): return x * x\n',
    },
    command: ['python3', 'x.py'],
  },
  logs: script(
    'import logging, sys\nlogging.warning("unconfigured")\nlogging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s %(name)s %(processName)s %(message)s")\nlogging.info("configured")\nlogging.getLogger("telar").info("mine")',
  ),
  warns: script('import warnings\nwarnings.warn("careful")\nwarnings.warn("old", DeprecationWarning)\n'),
  'pickles its own classes': script(
    'import pickle\nclass A: pass\nprint(pickle.dumps(A())[:40], type(pickle.loads(pickle.dumps(A()))))',
  ),
  'imports from its folder': {
    files: {
      'code/x.py': 'import helper, sys; print(helper.VALUE, sys.path[0], helper.__file__)',
      'code/helper.py': 'VALUE = 1',
    },
    command: ['python3', '/opt/ml/code/x.py'],
  },
  'runs a module': {
    files: { 'tool.py': 'import sys; print(__name__, sys.argv, sys.path[0], __spec__.name); 1/0' },
    command: ['python3', '-m', 'tool', 'a'],
  },
  'runs a package': {
    files: { 'tool/__init__.py': 'print("init")', 'tool/__main__.py': 'import sys; print(__package__, sys.argv)' },
    command: ['python', '-u', '-m', 'tool', 'a'],
  },
  'runs a module that is not there': { files: {}, command: ['python3', '-m', 'no_such_module'] },
  'runs a line': {
    files: { 'mine.py': 'A = 3' },
    command: [
      'python3',
      '-c',
      'import sys, mine; print(sys.argv, repr(sys.path[0]), mine.A, __name__, __loader__)\n1/0',
      'a',
    ],
  },
  'has another program': {
    files: {},
    command: ['/opt/telar/python/bin/python', '-c', 'import sys; print(sys.executable, sys.orig_argv)'],
  },
  'imports what nobody imported before': script(
    'import xml.dom.minidom, sklearn.svm, scipy.optimize; print(sklearn.svm.SVC().fit([[0], [1]], [0, 1]).predict([[2]]))',
  ),
  'asks the AWS SDK, with a model of its own': inside({ environment: AWS_SDK_ENVIRONMENT }, AWS_SDK_PROGRAM),
  'computes on the threads that it asks for': inside(
    { environment: { OMP_NUM_THREADS: '1' } },
    script(
      'import numpy, sklearn.ensemble, scipy.linalg\nfrom threadpoolctl import threadpool_info\nprint(sorted((i["user_api"], i["num_threads"]) for i in threadpool_info()))',
    ),
  ),
  'computes on as many threads as ever': script(
    'import numpy, sklearn.ensemble, scipy.linalg\nfrom threadpoolctl import threadpool_info\nprint(sorted((i["user_api"], i["num_threads"]) for i in threadpool_info()))\nimport numpy as np\nprint(np.allclose(np.ones((300, 300)) @ np.ones((300, 300)), 300))',
  ),
  'has a time zone': inside(
    { environment: { TZ: 'Asia/Tokyo' } },
    script('import time; print(time.tzname, time.localtime(0).tm_hour)'),
  ),
  'is bounded': inside(
    { confinement: { join: [], rlimits: { NOFILE: 64, CORE: 0 } } },
    script(
      'import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_CORE))',
    ),
  ),
  'may not become anybody else': script(
    'import os\ntry: os.setuid(0 if os.getuid() else 5)\nexcept OSError as error: print(error)\nos.system("umount /opt/ml 2>/dev/null; umount /tmp 2>/dev/null"); print(os.path.exists("/opt/ml/x.py"))',
  ),
  'is prepared by a shell': {
    files: { 'code/x.py': REPORT },
    command: [
      '/bin/sh',
      '-c',
      'tar -czf a.tar.gz code && rm code/x.py && tar -xzf a.tar.gz -C /opt/ml && exec python3 code/x.py "$0" "$@"',
      '-a',
      'b c',
    ],
  },
  'is not prepared as it should be': { files: {}, command: ['sh', '-c', 'tar -xzf not-there.tar.gz && python3 x.py'] },
  'is hidden from by what a shell prepares': {
    files: { 'x.py': 'import json; print(json.MINE)', 'a/json.py': 'MINE = 5' },
    command: ['bash', '-c', 'cp a/json.py . && python3 x.py'],
    cold: '/opt/ml/json.py hides a module',
  },
  // What starts cold, and why.
  'has a json.py of its own': {
    ...script('import json; print(json.MINE)'),
    files: { 'x.py': 'import json; print(json.MINE)', 'json.py': 'MINE = 1' },
    cold: '/opt/ml/json.py hides a module',
  },
  'has a numpy of its own': {
    files: { 'x.py': 'import numpy; print(numpy.MINE)', 'numpy/__init__.py': 'MINE = 2' },
    command: ['python3', 'x.py'],
    cold: '/opt/ml/numpy hides a module',
  },
  'has a seed for hashes': {
    ...inside({ environment: { PYTHONHASHSEED: '7' } }, script('print(hash("x"))')),
    cold: 'the variable PYTHONHASHSEED is read',
  },
  'has a path for modules': {
    files: { 'x.py': 'import far; print(far.A)', 'lib/far.py': 'A = 4' },
    command: ['python3', 'x.py'],
    more: { environment: { PYTHONPATH: '/opt/ml/lib' } },
    cold: 'the variable PYTHONPATH is read',
  },
  'is optimised': {
    ...script(''),
    files: { 'x.py': 'assert False; print(__debug__)' },
    command: ['python3', '-O', 'x.py'],
    cold: "python is given the option '-O'",
  },
  'is no file': { files: {}, command: ['python3', 'not-there.py'], cold: "'not-there.py' is no file" },
  'is a folder': {
    files: { 'app/__main__.py': 'import sys; print(sys.path[0], __name__)' },
    command: ['python3', 'app'],
    cold: "'app' is no file",
  },
};

/** Interpreters say where they are; a fork's first frames are left out, and nothing else. */
const normal = ({ log }: Ended) =>
  log
    .replace(COLD, '')
    .replace(/^Exception ignored in: <_io.TextIOWrapper name='\/dev\/full'.*\n.*\n/m, '') // 3.13 says it twice
    .replace(/^telar: The image has .*\n/m, '') // and this interpreter something newer
    .replace(/^\[[\d:-]+:/gm, '[…:')
    .replace(/0x[0-9a-f]+/g, '0x…')
    .replace(/^Current thread .*$/gm, '')
    .trim();

// Without an environment, for the reason printed above.
describe.skipIf(noPython !== undefined).each(kinds)('a Python job in a sandbox made as %s', (as, isolation) => {
  const [cold, warm] = [runnerOf(`${as}-cold`, isolation, false), runnerOf(`${as}-warm`, isolation, true)];

  it.each(Object.entries(PYTHON_PROGRAMS))('that %s', async (_, program) => {
    const [one, other] = await Promise.all([run(cold, PYTHON, program), run(warm, PYTHON, program)]);
    expect(isForked(one.folder)).toBe(false);
    expect(isForked(other.folder)).toBe(true);
    if (program.cold) expect(startedCold(other.log)).toContain(program.cold);
    else expect(startedCold(other.log)).toBeUndefined();
    expect(other.exit).toEqual(one.exit);
    expect(normal(other)).toBe(normal(one));
    expect(existsSync(join(other.folder, FILES.launch))).toBe(false); // credentials are not left lying about
    const left = (ended: Ended) =>
      existsSync(join(ended.folder, 'ml/left')) ? readFileSync(join(ended.folder, 'ml/left'), 'utf8') : undefined;
    expect(left(other)).toBe(left(one));
  });

  it('draws what no other job of its parent draws', async () => {
    const source = `import random, uuid, tempfile, multiprocessing.process as p, numpy as np, os
print(random.random(), np.random.rand(), np.random.default_rng().random(), uuid.uuid4(), bytes(p.current_process().authkey).hex(), os.urandom(4).hex(), tempfile.mktemp())`;
    const said = await Promise.all([1, 2, 3].map(() => run(warm, PYTHON, script(source))));
    const values = said.flatMap((ended) => normal(ended).split(' '));
    expect(said.every(({ folder }) => isForked(folder))).toBe(true);
    expect(new Set(values).size).toBe(values.length);
    expect(values).toHaveLength(21);
  });

  it('finds nothing of an earlier job, or of the server, in its memory', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'hush-of-server');
    const first = script('import os; print(len(os.environ["SECRET"]))');
    await run(warm, PYTHON, inside({ environment: { SECRET: 'hush-of-first' } }, first));
    const search = `import os
found = []
with open('/proc/self/mem', 'rb', 0) as memory:
    for line in open('/proc/self/maps'):
        span, rights = line.split()[:2]
        if not rights.startswith('r') or '[v' in line: continue
        start, end = (int(x, 16) for x in span.split('-'))
        memory.seek(start)
        try: data = memory.read(end - start)
        except (OSError, OverflowError): continue
        for name in ('first', 'server', 'second'):
            if ('hush' + '-of-' + name).encode() in data: found.append(name)
print(sorted(set(found)), os.environ.get('SECRET'))`;
    const ended = await run(warm, PYTHON, inside({ environment: { SECRET: 'hush-of-second' } }, script(search)));
    expect(isForked(ended.folder)).toBe(true);
    expect(normal(ended)).toBe("['second'] hush-of-second");
  });
});

const node = (source: string, name = 'x.ts', ...args: string[]): Program => ({
  files: { [name]: source },
  command: ['node', name, ...args],
});
const NODE_REPORT = `import fs from 'node:fs';
import { isMainThread, threadId } from 'node:worker_threads';
const word: string = 'typed';
console.log(word, import.meta.main, import.meta.filename, process.argv, process.argv0, process.execArgv, process.execPath);
console.log(process.cwd(), process.getuid!(), process.getgid!(), process.getgroups!(), process.umask(), isMainThread, threadId);
console.log(Object.entries(process.env).sort(), process.exitCode, process.title, process.listenerCount('exit'), process.eventNames());
console.log(fs.readdirSync('/proc/self/fd').length < 40, fs.readlinkSync('/proc/self/fd/0'), fs.existsSync('/proc/self/fd/3') && fs.readlinkSync('/proc/self/fd/3').startsWith('socket'));
console.log(fs.readFileSync('/proc/self/status', 'utf8').split('\\n').filter((line) => /^(Uid|Gid|Cap|NoNewPrivs|SigBlk|SigIgn)/.test(line)));
console.log(fs.readdirSync('/opt'), fs.readdirSync('/tmp'), fs.readFileSync(0).length, new Date(0).getTimezoneOffset());
try { console.log(fs.readFileSync('${join(base, 'keys/secret')}', 'utf8')); } catch (error) { console.log((error as Error).message); }
`;
const NODE_PROGRAMS: Record<string, Program> = {
  'reports what it sees': inside({ environment: { OWN: "it's ü" } }, node(NODE_REPORT, 'x.ts', 'a', "b 'c", '')),
  'reports what it sees without a network': inside({ networkIsolation: true }, node(NODE_REPORT)),
  'is a CommonJS main module': node(
    'console.log(require.main === module, module.id, module.parent, __filename, process.argv, require.main.paths[0])',
    'deep/x.cjs',
    'a',
  ),
  'is plain JavaScript': node('console.log(typeof require, this === undefined)', 'x.js'),
  'ends with a number': node('process.exit(3)'),
  'ends later with a number': node(
    'process.exitCode = 4; setTimeout(() => console.log("later"), 20); process.on("exit", (code) => console.log("exit", code));',
  ),
  throws: node('function f(): never { throw new TypeError("no"); }\nf();'),
  'throws as CommonJS': node('throw new Error("no")', 'x.cjs'),
  rejects: node('void Promise.reject(new Error("unheard"));'),
  'waits for what never comes': node('console.log(1); await new Promise(() => {});'),
  'has a wrong syntax': node('const x: = 1;'),
  'ends itself by a signal': node('process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 9000);'),
  'hears of a signal': node(
    'process.on("SIGTERM", () => { console.log("told"); process.exit(6); }); process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 9000);',
  ),
  'has children and threads': node(`import { execFileSync, fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
console.log(execFileSync(process.execPath, ['-p', 'process.env.OWN + process.argv.length'], { encoding: 'utf8' }).trim());
new Worker('require("node:worker_threads").parentPort.postMessage(process.argv.length)', { eval: true }).on('message', (m) => console.log('thread', m));
`),
  'imports from its folder': {
    files: {
      'code/x.mts': 'import { A } from "./a.mts"; console.log(A, (await import("./b.cjs")).default);',
      'code/a.mts': 'export const A: number = 1;',
      'code/b.cjs': 'module.exports = __dirname;',
    },
    command: ['node', '/opt/ml/code/x.mts'],
  },
  'is prepared by a shell': {
    files: { 'code/x.ts': NODE_REPORT },
    command: [
      '/bin/sh',
      '-c',
      'mkdir -p there && cp code/x.ts there/y.ts && exec node there/y.ts "$0" "$@"',
      '-a',
      'b c',
    ],
  },
  'is not prepared as it should be': { files: { other: '' }, command: ['sh', '-c', 'cat not-there && exec node x.ts'] },
  'has options of Node.js': {
    ...inside(
      { environment: { NODE_OPTIONS: '--no-warnings' } },
      node('process.emitWarning("w"); console.log(process.execArgv)'),
    ),
    cold: 'the variable NODE_OPTIONS is read',
  },
  'runs a line': { files: {}, command: ['node', '-p', 'process.argv.length'], cold: "node is given the option '-p'" },
  'is bounded': {
    ...inside(
      { confinement: { join: [], rlimits: { NOFILE: 64, CORE: 0 } } },
      node(
        'const { open_files, core_file_size_blocks } = process.report.getReport().userLimits; console.log(open_files, core_file_size_blocks)',
      ),
    ),
  },
};
/** The lower frames of a stack are the loader's: those differ. */
const normalNode = ({ log }: Ended) =>
  log
    .replace(COLD, '')
    .replace(/^ {4}at .*\(?(node:|file:\/\/\/opt\/telar\/|\/opt\/telar\/).*\n/gm, '')
    .trim();

describe.each(kinds)('a Node.js job in a sandbox made as %s', (as, isolation) => {
  const [cold, warm] = [runnerOf(`${as}-node-cold`, isolation, false), runnerOf(`${as}-node-warm`, isolation, true)];

  it.each(Object.entries(NODE_PROGRAMS))('that %s', async (_, program) => {
    const one = await run(cold, NODE, program);
    await warm.prepare(NODE, () => {});
    let other = await run(warm, NODE, program);
    // None may wait yet: the first job that needs one asks for it.
    while (program.cold ? startedCold(other.log) === undefined : !waited(other.folder)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      other = await run(warm, NODE, program);
    }
    expect(waited(other.folder)).toBe(program.cold === undefined);
    if (program.cold) expect(startedCold(other.log)).toContain(program.cold);
    expect(other.exit).toEqual(one.exit);
    expect(normalNode(other)).toBe(normalNode(one));
  });
});
