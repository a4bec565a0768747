/**
 * Requirements of real jobs in the real environment: layers that are built once and shared, and what is installed for one job.
 * The packages come from a page of this test's own, so that it knows what was fetched, and when; one comes from pip's index.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LaunchSpec, Layer, Runner } from '../runner.ts';
import { createSuite, DONE, type Ran, SCRIPT, SKLEARN, whyMissing } from './testing.ts';

const { base, jobsFolder, runner, newRunner, stage, ended, run: runJob } = createSuite('layers');
const reason = await whyMissing(runner, [SKLEARN]);

/** Each run of this suite has lists of its own: the environments, with their layers, outlive it. */
const RUN = `# ${process.pid} ${Date.now()}\n`;
const mine = async (): Promise<Layer[]> =>
  (await runner.layers.list()).filter(({ requirements }) => requirements.startsWith(RUN));

/** A page of wheels. `fetched` counts them by name; while `gate` is set, they are held back. */
const fetched = new Map<string, number>();
let gate: Promise<void> | undefined;
const page = createServer(async (request, response: ServerResponse) => {
  const name = request.url!.slice(1);
  if (name === '') {
    response.setHeader('Content-Type', 'text/html');
    return void response.end(
      readdirSync(join(base, 'wheels'))
        .map((wheel) => `<a href="/${wheel}">${wheel}</a>`)
        .join('\n'),
    );
  }
  fetched.set(name, (fetched.get(name) ?? 0) + 1);
  await gate;
  response.end(readFileSync(join(base, 'wheels', name)));
});

/** A wheel of one module. */
function wheel(name: string, version: string, text: string): void {
  const folder = join(base, 'pack', `${name}-${version}`);
  const info = join(folder, `${name}-${version}.dist-info`);
  mkdirSync(info, { recursive: true });
  mkdirSync(join(base, 'wheels'), { recursive: true });
  writeFileSync(join(folder, `${name}.py`), text);
  writeFileSync(join(info, 'METADATA'), `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`);
  writeFileSync(join(info, 'WHEEL'), 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n');
  writeFileSync(join(info, 'RECORD'), '');
  writeFileSync(join(info, 'entry_points.txt'), `[console_scripts]\n${name}-tool = ${name}:main\n`);
  const file = join(base, 'wheels', `${name}-${version}-py3-none-any.whl`);
  execFileSync('python3', ['-m', 'zipfile', '-c', file, ...readdirSync(folder)], { cwd: folder });
}

beforeAll(async () => {
  wheel('telar_one', '1.0', 'VALUE = 1\ndef main():\n    print("tool", VALUE)\n');
  wheel('telar_two', '1.0', 'VALUE = 2\n');
  // An image's own package, in another version: pip must not touch the image's.
  wheel('joblib', '99.0', '__version__ = "99.0"\n');
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  process.env['PIP_FIND_LINKS'] = `http://127.0.0.1:${(page.address() as AddressInfo).port}/`;
  process.env['PIP_NO_INDEX'] = '1';
});
beforeEach(() => fetched.clear());
afterAll(async () => {
  page.closeAllConnections();
  page.close();
  for (const layer of await mine()) await runner.layers.remove(layer);
  rmSync(base, { recursive: true, force: true });
});

let count = 0;

/** The files of a training job in script mode. */
const scripted = (files: Record<string, string>) => ({
  'input/config/hyperparameters.json': JSON.stringify(SCRIPT),
  ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`input/data/code/${name}`, text])),
});

const run = (files: Record<string, string>, more: Partial<LaunchSpec> = {}): Promise<Ran> =>
  runJob(scripted(files), { image: SKLEARN, ...more });

async function start(files: Record<string, string>, by: Runner = runner): Promise<string> {
  const jobId = `job-${++count}`;
  stage(jobId, scripted(files));
  const spec = { entrypoint: undefined, arguments: ['train'], environment: {}, networkIsolation: false };
  await by.launch({ jobId, image: SKLEARN, ...spec });
  return jobId;
}

const USES = 'import telar_one\nprint("value", telar_one.VALUE, telar_one.__file__)\n';
const builders = () => readdirSync(jobsFolder).filter((name) => name.startsWith('layer-'));
const until = async (done: () => boolean): Promise<void> => {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 20));
};

// Skipped where there is no Python or no package index, with the reason printed above.
describe.skipIf(reason)('requirements.txt', () => {
  it('becomes a layer once, for two jobs that need it at the same time and for one that comes later', async () => {
    const files = { 'train.py': USES, 'requirements.txt': `${RUN}telar_one==1.0 # once\n` };
    const both = await Promise.all([run(files), run(files)]);
    for (const { exit, log } of both) {
      expect(log).toMatch(/Installing requirements\.txt into layer [0-9a-f]{32}/);
      expect(log).toMatch(/^value 1 \/opt\/telar\/layers\/[0-9a-f]{32}\/python\/lib\/.*telar_one\.py$/m);
      expect(exit).toEqual(DONE);
    }
    expect([...fetched]).toEqual([['telar_one-1.0-py3-none-any.whl', 1]]);
    const later = await run(files);
    expect(later.log).toMatch(/The packages of requirements\.txt come from layer/);
    expect(later.log).toContain('value 1 ');
    expect(fetched.size).toBe(1);
    await vi.waitFor(() => expect(builders()).toEqual([]), 10_000);
    const [layer] = await mine();
    expect(layer).toMatchObject({
      requirements: files['requirements.txt'],
      environment: expect.stringMatching(/^scikit-learn-1\.2-1-/),
    });
    expect(layer!.bytes).toBeGreaterThan(100);
    expect(layer!.lastUsedAt).toBeGreaterThanOrEqual(layer!.createdAt);
  });

  it('has its included files and constraints in its key, and its programs on the path', async () => {
    const files = {
      'train.py':
        'import subprocess, telar_two\nsubprocess.run(["telar_one-tool"], check=True)\nprint(telar_two.VALUE)\n',
      'requirements.txt': `${RUN}-r more/list.txt\ntelar_two\n`,
      'more/list.txt': 'telar_one\n-c ../limits.txt\n',
      'limits.txt': 'telar_two<2\n',
    };
    const first = await run(files);
    expect(first.log).toContain('tool 1\n2\n');
    expect(first.exit).toEqual(DONE);
    const keys = (await mine()).length;
    await run({ ...files, 'limits.txt': 'telar_two<3\n' });
    expect(await mine()).toHaveLength(keys + 1);
  });

  it('cannot be changed by a job that uses it, nor its neighbours be listed', async () => {
    const text = `${USES}
import os
folder = os.path.dirname(telar_one.__file__)
for path in (telar_one.__file__, os.path.join(folder, "new.py"), "/opt/telar/layers/new"):
    try:
        open(path, "w")
        print("CHANGED", path)
    except OSError as error:
        print("kept", error.strerror)
if os.getuid() == 65534:
    try:
        print("LISTED", os.listdir("/opt/telar/layers"))
    except OSError as error:
        print("unlisted", error.strerror)
`;
    const { log, exit } = await run({ 'train.py': text, 'requirements.txt': `${RUN}telar_one\n` });
    expect(exit).toEqual(DONE);
    expect(log.match(/^kept Read-only file system$/gm)).toHaveLength(3);
    expect(log).not.toMatch(/CHANGED|LISTED/);
  });

  it('may bring another version of what the image has, for its job', async () => {
    const text = 'import joblib, numpy\nprint(joblib.__version__, numpy.__file__)\n';
    const { log } = await run({ 'train.py': text, 'requirements.txt': `${RUN}joblib==99.0\nnumpy\n` });
    expect(log).toMatch(/^99\.0 \/opt\/telar\/python\/lib\/.*numpy/m);
    expect((await run({ 'train.py': text })).log).toMatch(/^1\.4\.2 /m);
  });

  it('that cannot be installed fails its job by the name of the package, and is tried again', async () => {
    const files = { 'train.py': '', 'requirements.txt': `${RUN}telar_none==3\n` };
    for (let i = 0; i < 2; i++) {
      const { exit, failure, log } = await run(files);
      expect(exit).toEqual({ kind: 'exited', code: 1 });
      expect(failure).toMatch(
        /^UserError: InstallRequirementsError:\nThe packages of requirements\.txt could not be installed\. pip said: .*telar_none==3/,
      );
      expect(log).toContain('ERROR: No matching distribution found for telar_none==3');
    }
    await vi.waitFor(() => expect(builders()).toEqual([]), 10_000);
  });

  it('is refused to a job with network isolation, unless its layer is there', async () => {
    const files = { 'train.py': USES, 'requirements.txt': `${RUN}telar_one # isolated\n` };
    const refused = await run(files, { networkIsolation: true });
    expect(refused.failure).toMatch(/names packages that no earlier job has installed.*network isolation/);
    expect(fetched.size).toBe(0);
    expect((await run(files)).exit).toEqual(DONE);
    expect((await run(files, { networkIsolation: true })).log).toContain('value 1 ');
  });

  it('with a path, a URL or a repository in it is installed for its job alone', async () => {
    const { log, exit } = await run({
      'train.py': 'import local_package\nprint(local_package.VALUE)\n',
      'requirements.txt': `${RUN}./local\n`,
      'local/pyproject.toml': '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
      'local/backend.py': `
import zipfile
def get_requires_for_build_wheel(config=None):
    return []
def build_wheel(folder, config=None, metadata=None):
    name = "local_package-1.0-py3-none-any.whl"
    with zipfile.ZipFile(folder + "/" + name, "w") as file:
        file.writestr("local_package.py", "VALUE = 'local'\\n")
        file.writestr("local_package-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: local_package\\nVersion: 1.0\\n")
        file.writestr("local_package-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        file.writestr("local_package-1.0.dist-info/RECORD", "")
    return name
`,
    });
    expect(log).toContain("requirements.txt is installed for this job alone and not kept: './local': it is a path.");
    expect(log).toContain('\nlocal\n');
    expect(exit).toEqual(DONE);
  });

  it('that leads out of the code is refused', async () => {
    const outside = await run({ 'train.py': '', 'requirements.txt': '-r ../../config/hyperparameters.json\n' });
    expect(outside.failure).toMatch(
      /includes '\.\.\/\.\.\/config\/hyperparameters\.json', which lies outside the code/,
    );
    const none = await run({ 'train.py': '', 'requirements.txt': '-r none.txt\n' });
    expect(none.failure).toMatch(/includes 'none\.txt', which is not in the code/);
  });

  it('is made after all when its build is killed in its midst', async () => {
    let open = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const job = await start({ 'train.py': USES, 'requirements.txt': `${RUN}telar_one # killed\n` });
    const waiting = ended(job);
    await until(() => fetched.size === 1);
    const [builder] = builders();
    await runner.stop(builder!, 0);
    open();
    gate = undefined;
    expect((await waiting).log).toContain('value 1 ');
    expect(fetched.get('telar_one-1.0-py3-none-any.whl')).toBe(2);
    await vi.waitFor(() => expect(builders()).toEqual([]), 10_000);
  });

  it('is made once by two servers, and by the one that comes after a crash', async () => {
    let open = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const files = { 'train.py': USES, 'requirements.txt': `${RUN}telar_one # servers\n` };
    const other = newRunner();
    const [one, two] = [await start(files), await start(files, other)];
    const waiting = [ended(one), ended(two, other)];
    await until(() => fetched.size === 1);
    // A server that starts now attends to the first job as if the one before it had ended.
    const third = newRunner();
    waiting.push(ended(one, third));
    await new Promise((resolve) => setTimeout(resolve, 300));
    open();
    gate = undefined;
    for (const { exit, log } of await Promise.all(waiting)) {
      expect(log).toContain('value 1 ');
      expect(exit).toEqual(DONE);
    }
    expect(fetched.get('telar_one-1.0-py3-none-any.whl')).toBe(1);
  });

  it('is not removed while a job that uses it runs', async () => {
    const text = `${USES}import os, time\nopen("/tmp/running", "w").close()\nwhile not os.path.exists("/tmp/end"):\n    time.sleep(0.02)\n`;
    const job = await start({ 'train.py': text, 'requirements.txt': `${RUN}telar_one # in use\n` });
    const waiting = ended(job);
    const tmp = join(runner.folder(job).root, 'tmp');
    await until(() => existsSync(join(tmp, 'running')));
    const layer = (await mine()).find(({ requirements }) => requirements.includes('# in use'))!;
    expect(await runner.layers.remove(layer)).toBe(false);
    writeFileSync(join(tmp, 'end'), '');
    expect((await waiting).exit).toEqual(DONE);
    expect(await runner.layers.remove(layer)).toBe(true);
    expect((await mine()).map(({ key }) => key)).not.toContain(layer.key);
  });
});

// Skipped where there is no Python or no package index, with the reason printed.
describe.skipIf(reason)("packages of pip's own index", () => {
  // One that is a wheel, and one whose setup.py runs when it is installed.
  it('become a layer', async (context) => {
    delete process.env['PIP_NO_INDEX'];
    try {
      const text = 'import docopt, humanize\nprint(humanize.intcomma(1000000), docopt.__version__)\n';
      const { exit, log, failure } = await run({
        'train.py': text,
        'requirements.txt': `${RUN}humanize==4.9.0\ndocopt==0.6.2\n`,
      });
      // Skipped where the index cannot be reached: the failure says so.
      if (/pip cannot reach its package index/.test(failure ?? '')) return context.skip(failure);
      expect(log).toContain('1,000,000 0.6.2\n');
      expect(exit).toEqual(DONE);
    } finally {
      process.env['PIP_NO_INDEX'] = '1';
    }
  });
});

// Skipped where there is no Python or no package index, with the reason printed.
describe.skipIf(reason)('a layer', () => {
  it('holds the packages of a script that serves a model', async () => {
    const jobId = `serving-${++count}`;
    const { root } = runner.folder(jobId);
    stage(jobId, {
      'model/code/requirements.txt': `${RUN}telar_one # serving\njoblib==99.0\n`,
      'model/code/inference.py': `import joblib, telar_one
def model_fn(model_dir):
    return telar_one.VALUE
def transform_fn(model, data, content_type, accept):
    return "%s %s" % (model, joblib.__version__), "text/plain"
`,
    });
    await runner.launch({
      jobId,
      image: SKLEARN,
      entrypoint: undefined,
      arguments: ['serve'],
      environment: { SAGEMAKER_PROGRAM: 'inference.py', TELAR_BIND_SOCKET: '/tmp/serve.sock' },
      networkIsolation: false,
    });
    const waiting = ended(jobId);
    await until(() => readFileSync(runner.folder(jobId).log, 'utf8').includes('Model loaded'));
    const answer = await new Promise<string>((resolve, reject) => {
      const options = { socketPath: join(root, 'tmp/serve.sock'), path: '/invocations', method: 'POST' };
      const asked = request(options, (response) => response.setEncoding('utf8').on('data', resolve));
      asked.on('error', reject).end('[]');
    });
    expect(answer).toBe('1 99.0');
    await runner.stop(jobId, 10_000);
    expect((await waiting).exit).toEqual(DONE);
  });

  it('is made and used where there is no sandbox', async () => {
    const open = createSuite('layers-open', { kind: 'none', reason: 'the test says so.' });
    try {
      const submit = JSON.stringify(join(open.runner.folder('layers-open-1').ml, 'input/data/code'));
      const files = {
        ...scripted({ 'train.py': USES, 'requirements.txt': `${RUN}telar_one # open\n` }),
        'input/config/hyperparameters.json': JSON.stringify({ ...SCRIPT, sagemaker_submit_directory: submit }),
      };
      const { exit, log } = await open.run(files, { image: SKLEARN });
      expect(log).toMatch(/^value 1 .*\.layers\/[0-9a-f]{32}\/python\/lib\/.*telar_one\.py$/m);
      expect(exit).toEqual(DONE);
    } finally {
      rmSync(open.base, { recursive: true, force: true });
    }
  });
});

// Skipped where there is no Python or no package index, with the reason printed.
describe.skipIf(reason)('pip in a job', () => {
  it.each([
    ['started warm', ['python3']],
    ['started cold', ['python3', '-B']],
  ])(
    'brings a list as a layer to the very script that calls it, %s, and another version over it',
    async (_, python) => {
      const text = `import subprocess, sys
pip = [sys.executable, "-m", "pip", "install", "-q"]
subprocess.run([*pip, "-r", "/opt/ml/processing/needs.txt"], check=True)
import telar_one, telar_two
print("value", telar_one.VALUE, telar_two.VALUE, telar_one.__file__)
subprocess.run(["telar_one-tool"], check=True)
subprocess.run([*pip, "-U", "--force-reinstall", "telar_two"], check=True)
subprocess.run([sys.executable, "-c", "import telar_two; print(telar_two.__file__)"], check=True)
`;
      const files = { 'processing/main.py': text, 'processing/needs.txt': `${RUN}telar_one\ntelar_two # script\n` };
      const spec = { image: SKLEARN, entrypoint: [...python, '/opt/ml/processing/main.py'], arguments: [] };
      const { exit, log } = await runJob(files, spec);
      expect(log).toMatch(/^value 1 2 \/tmp\/\.telar\/python\/layer\/telar_one\.py$/m);
      expect(log).toContain('tool 1\n');
      expect(log).toMatch(/^\/tmp\/\.telar\/python\/lib\/.*telar_two\.py$/m);
      expect(exit).toEqual(DONE);
    },
  );

  it.each([
    ['by its name', '["pip", "install", "-q", "telar_one"]'],
    ['as a module', '[sys.executable, "-m", "pip", "install", "-q", "telar_one"]'],
  ])('called %s installs for this job, and the image stays as it is', async (_, command) => {
    const text = `import subprocess, sys\nsubprocess.run(${command}, check=True)\nimport telar_one\nprint(telar_one.__file__)\n`;
    const entrypoint = ['python3', '/opt/ml/processing/main.py'];
    const { exit, log } = await runJob({ 'processing/main.py': text }, { image: SKLEARN, entrypoint, arguments: [] });
    expect(log).toMatch(/^\/tmp\/\.telar\/python\/lib\/.*telar_one\.py$/m);
    expect(exit).toEqual(DONE);
  });

  it('is joined by a sudo that gives no rights: SDKs call it on folders that are the job’s', async () => {
    const lines = [
      'sudo chmod -R 777 /opt/ml/processing && echo changed',
      'test "$(sudo id -u)" = "$(id -u)" && echo same',
    ];
    const text = [...lines, 'sudo -n true || echo refused'].join('\n');
    const spec = { image: SKLEARN, entrypoint: ['/bin/bash', '-c', text], arguments: [] };
    const { log } = await runJob({ 'processing/file': '' }, spec);
    expect(log).toMatch(/^changed\nsame\nsudo: .* takes no options: sudo COMMAND …\nrefused$/m);
  });

  it('works for the way in which ModelTrainer starts a script', async () => {
    const files = {
      'input/config/hyperparameters.json': '{"epochs":"3"}',
      'input/data/code/requirements.txt': `${RUN}telar_one # pip\n`,
      'input/data/code/train.py': 'import sys, telar_one\nprint("trained", telar_one.VALUE, sys.argv[1:])\n',
      'input/data/sm_drivers/sm_train.sh': `
#!/bin/bash
set -e
SM_PYTHON_CMD=$(command -v python3 || command -v python)
SM_PIP_CMD=$(command -v pip3 || command -v pip)
[[ -n "$SM_PYTHON_CMD" && -n "$SM_PIP_CMD" ]]
$SM_PYTHON_CMD -c 'open("/opt/ml/input/sm_training.env", "w").write("export SM_EPOCHS=3\\n")'
source /opt/ml/input/sm_training.env
cd /opt/ml/input/data/code
$SM_PIP_CMD install -r requirements.txt -U
$SM_PYTHON_CMD train.py --epochs $SM_EPOCHS
`,
    };
    const driver = '/opt/ml/input/data/sm_drivers/sm_train.sh';
    const command = { entrypoint: ['/bin/bash'], arguments: ['-c', `chmod +x ${driver} && ${driver}`] };
    const { exit, log } = await runJob(files, { image: SKLEARN, ...command });
    expect(log).toContain("trained 1 ['--epochs', '3']");
    expect(exit).toEqual(DONE);
    // What `pip install -r` asks for is a layer, too: the next job finds it.
    expect(log).toMatch(/Installing requirements\.txt into layer/);
    const again = await runJob(files, { image: SKLEARN, ...command });
    expect(again.log).toMatch(/come from layer [0-9a-f]{32}\.\n/);
    expect(again.log).toMatch(/already satisfied: telar_one/);
    expect(again.exit).toEqual(DONE);
    expect([...fetched.values()]).toEqual([1]);
  });
});
