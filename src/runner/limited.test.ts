/** Hostile and careless jobs, as real processes: what they take from the machine, and what they cannot. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import { systemWorld } from '../base/world.ts';
import { groupPlaces, groupProcesses, groupUse } from './cgroup.ts';
import { findPlaces, type Places } from './cgroupPlaces.ts';
import { type Isolation, isolation as machineIsolation } from './isolation.ts';
import { type HostLimits, type LimitedRunner, type LimitedSpec, limitRunner, processesFor } from './limited.ts';
import { hostAddress } from './network.ts';
import { createRunner } from './runner.ts';

const world = { ...systemWorld, log: silentLog };
const NODE = `telar/node:${process.versions.node.split('.')[0]}`;
const MEGABYTE = 1024 ** 2;
const LIMITS: HostLimits = {
  ...{ memoryBytes: 256 * MEGABYTE, cpus: 1, processes: 64, volumeBytes: 1024 * MEGABYTE },
};
const machine = await machineIsolation();
const places = findPlaces('telar-tried-by-tests');
const bounded = places.memory !== undefined && places.pids !== undefined;
if (machine.kind === 'none') console.warn(`Skipped: jobs in namespaces, since ${machine.reason}`);
if (!bounded) console.warn('Skipped: jobs in control groups, which this user may not make here.');

let base: string;
let limited: LimitedRunner;
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'telar-limited-'));
  limited = server('jobs');
});
afterAll(async () => {
  for (const { spec, runner } of started) await runner.remove(spec.jobId);
  for (const { close } of runners) close();
  for (const { folder } of Object.values(places)) if (existsSync(folder)) rmdirSync(folder);
  rmSync(base, { recursive: true, force: true });
});

const runners: LimitedRunner[] = [];
const started: { spec: LimitedSpec; runner: LimitedRunner }[] = [];

function server(
  name: string,
  options: { places?: Places; isolation?: Isolation; gateway?: string; port?: number } = {},
) {
  const jobsFolder = join(base, name);
  const runner = createRunner({
    ...{ world, jobsFolder, imagesFolder: join(base, 'images'), hide: [join(base, 'data')] },
    ...(options.isolation && { isolation: options.isolation }),
    ...(options.gateway && { gateway: { socketFolder: options.gateway, port: () => options.port! } }),
  });
  const made = limitRunner({ runner, world, jobsFolder, ...(options.places && { places: options.places }) });
  runners.push(made);
  return made;
}

let count = 0;
const job = (script: string, more: Partial<LimitedSpec> = {}): LimitedSpec => ({
  ...{ jobId: `job-${++count}`, image: NODE, entrypoint: ['sh', '-c'], arguments: [script] },
  ...{ environment: {}, networkIsolation: false, limits: LIMITS, ...more },
});
const launch = (spec: LimitedSpec, runner = limited) => {
  started.push({ spec, runner });
  return runner.launch(spec);
};
const run = async (spec: LimitedSpec, runner = limited) => {
  await launch(spec, runner);
  return runner.exit(spec.jobId);
};
const log = (spec: LimitedSpec, runner = limited) => readFileSync(runner.folder(spec.jobId).log, 'utf8');
const groupOf = (spec: LimitedSpec, runner = limited): Places =>
  (JSON.parse(readFileSync(join(runner.folder(spec.jobId).root, 'limits.json'), 'utf8')) as { group: Places }).group;

// This user may not make control groups here: the reason is printed above.
describe.skipIf(!bounded)('in control groups', () => {
  it('a job that fills its memory is ended, and its end says for what', async () => {
    const spec = job(`node -e 'const all=[];for(;;)all.push(Buffer.alloc(16e6,1))'`);
    const exit = await run(spec);
    expect(exit).toMatchObject({ kind: 'signalled', signal: 'SIGKILL', excess: 'memory' });
    expect(exit.use!.peakMemoryBytes).toBeGreaterThan(200 * MEGABYTE);
    expect(exit.use!.peakMemoryBytes).toBeLessThanOrEqual(LIMITS.memoryBytes);
  });

  it('a Python job that fills its memory is ended, too', async (context) => {
    if (!existsSync('/usr/bin/python3')) return context.skip('there is no /usr/bin/python3');
    expect(await run(job(`exec /usr/bin/python3 -c 'x = [bytearray(10**7) for _ in range(10**4)]'`))).toMatchObject({
      ...{ kind: 'signalled', signal: 'SIGKILL', excess: 'memory' },
    });
  });

  it('a job whose child alone ran out of memory, and which copes with that, has not failed', async () => {
    const script = `node -e 'const all=[];for(;;)all.push(Buffer.alloc(16e6,1))'; echo went on; exit 0`;
    const spec = job(script);
    const exit = await run(spec);
    expect(exit).toMatchObject({ kind: 'exited', code: 0 });
    expect(exit.excess).toBeUndefined();
    expect(log(spec)).toContain('went on');
  });

  it('a fork bomb gets no further than its own processes', async () => {
    const spec = job('bomb() { bomb | bomb & }; bomb; sleep 1; echo "$(ls /proc | grep -c "^[0-9]")"; exit 3');
    const exit = await run(spec);
    expect(exit).toMatchObject({ kind: 'exited', excess: 'processes' });
    expect(groupUse(groupOf(spec)).refusedProcesses).toBeGreaterThan(0);
    expect(groupProcesses(groupOf(spec))).toEqual([]);
  });

  it('daemons and zombies are gone with their job', async () => {
    const spec = job('setsid sleep 1000 & (setsid sh -c "sleep 1000 & sleep 1000" &) ; exit 0');
    expect(await run(spec)).toMatchObject({ kind: 'exited', code: 0 });
    expect(groupProcesses(groupOf(spec))).toEqual([]);
    const group = groupOf(spec);
    await limited.remove(spec.jobId);
    for (const { folder } of Object.values(group)) expect(existsSync(folder)).toBe(false);
  });

  it('the use of a running job is seen, and its sum is told at its end', async () => {
    const spec = job(
      `node -e 'const until=Date.now()+2600;const kept=Buffer.alloc(60e6,1);while(Date.now()<until);kept[0]=2'`,
    );
    await launch(spec);
    const ended = limited.exit(spec.jobId);
    while ((limited.use(spec.jobId)?.series.length ?? 0) < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    const use = limited.use(spec.jobId)!;
    expect(use.memoryBytes).toBeGreaterThan(60 * MEGABYTE);
    expect(use.processes).toBeGreaterThan(0);
    expect(use.cpuSeconds).toBeGreaterThan(0.1);
    expect((await ended).use!.cpuSeconds).toBeGreaterThan(0.5);
    expect(limited.use(spec.jobId)).toBeUndefined();
  });

  it('half a processor is half a processor', async () => {
    const spec = job(`node -e 'const until=Date.now()+1500;while(Date.now()<until);'`, {
      limits: { ...LIMITS, cpus: 0.5 },
    });
    const exit = await run(spec);
    expect(exit.use!.cpuSeconds).toBeLessThan(1.2);
  });

  it('a later server finds the bounds and their verdict where an earlier one left them', async () => {
    const spec = job(`sleep 0.3; node -e 'const all=[];for(;;)all.push(Buffer.alloc(16e6,1))'`);
    await launch(spec);
    expect(await server('jobs').exit(spec.jobId)).toMatchObject({ excess: 'memory' });
  });

  it('groups that no job knows any more are removed by the next start, and only those', async () => {
    const kept = job('exit 0');
    await run(kept);
    const orphan = join(groupOf(kept).memory!.folder, '..', 'job-gone');
    mkdirSync(orphan);
    server('jobs');
    expect(existsSync(orphan)).toBe(false);
    expect(existsSync(groupOf(kept).memory!.folder)).toBe(true);
  });

  // This machine grants no namespaces, in which the job would be bound.
  it.skipIf(machine.kind === 'none')('a job of a server that is not root cannot loosen its own bounds', async () => {
    const own = server('as-user', { places, isolation: { kind: 'namespaces', as: 'user' } });
    const spec = job('');
    const memory = groupPlaces(places, spec.jobId).memory!;
    const file = join(memory.folder, memory.version === 1 ? 'memory.limit_in_bytes' : 'memory.max');
    spec.arguments = [`echo 999999999 > ${file}; cat ${file}`];
    await run(spec, own);
    expect(log(spec, own)).toContain(`${LIMITS.memoryBytes}`);
    expect(log(spec, own)).toMatch(/Read-only file system|Permission denied/i);
  });
});

describe('without control groups', () => {
  it('says so, and watches processes instead', async () => {
    const without = server('without', { places: {} });
    expect(without.missing).toContain('are not bounded');
    const spec = job(`node -e 'const until=Date.now()+2500;while(Date.now()<until);'`);
    await launch(spec, without);
    const ended = without.exit(spec.jobId);
    if (process.platform === 'linux') {
      while ((without.use(spec.jobId)?.cpuSeconds ?? 0) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      expect(without.use(spec.jobId)).toMatchObject({ memoryBytes: expect.any(Number) });
    }
    expect(await ended).toMatchObject({ kind: 'exited', code: 0 });
  });
});

describe('resource limits', () => {
  // On one processor no job has fewer than the machine.
  it.runIf(availableParallelism() > 1)(
    'libraries are told of fewer processors, unless the job says otherwise',
    async () => {
      const spec = job('echo "$OMP_NUM_THREADS $PYTHON_CPU_COUNT"', { environment: { PYTHON_CPU_COUNT: '7' } });
      await run(spec);
      expect(log(spec).trim()).toBe('1 7');
      const whole = job('echo "[$OMP_NUM_THREADS]"', { limits: { ...LIMITS, cpus: availableParallelism() } });
      await run(whole);
      expect(log(whole).trim()).toBe('[]');
    },
  );

  it('files, their size, and core dumps are bounded', async () => {
    const spec = job('ulimit -n; ulimit -f; ulimit -c; head -c 2000000 /dev/zero > big || echo refused', {
      limits: { ...LIMITS, volumeBytes: MEGABYTE },
    });
    await run(spec);
    const [openFiles, blocks, core] = log(spec).split('\n').map(Number);
    // No more than the server's own.
    expect(openFiles).toBeLessThanOrEqual(65_536);
    expect([blocks, core]).toEqual([2048, 0]);
    expect(log(spec)).toContain('refused');
  });

  it('a job that opens files without end meets an error, not the machine', async () => {
    const script = `const fs=require('fs');let n=0;try{for(;;){fs.openSync('/dev/null');n++}}catch(e){console.log(e.code,n<65536)}`;
    const spec = job(`node -e "${script}"`);
    await run(spec);
    expect(log(spec)).toContain('EMFILE true');
  });

  it('a job that fills its volume is ended, and its end says for what', async () => {
    const many =
      'i=0; while [ $i -lt 2000 ]; do head -c 1000000 /dev/zero > f$i; i=$((i+1)); sleep 0.005; done; sleep 60';
    const spec = job(many, { limits: { ...LIMITS, volumeBytes: 50 * MEGABYTE } });
    expect(await run(spec)).toMatchObject({ kind: 'signalled', excess: 'volume' });
    await limited.remove(spec.jobId);
  });

  it('an instance has room for many processes, and not for any number', () => {
    expect([2, 16, 96, 448].map(processesFor)).toEqual([1024, 4096, 16_384, 16_384]);
  });
});

// This machine grants no namespaces, without which a job sees what its user sees.
describe.skipIf(machine.kind === 'none')('what a job may reach', () => {
  it('neither the data folder nor another job', async () => {
    mkdirSync(join(base, 'data'), { recursive: true });
    writeFileSync(join(base, 'data', 'credentials.json'), 'secret');
    const other = job('echo mine > file; sleep 5');
    await launch(other);
    const spec = job(
      `cat ${base}/data/credentials.json; ls ${base}/jobs; cat ${limited.folder(other.jobId).ml}/file; ls ~/.aws`,
    );
    await run(spec);
    expect(log(spec)).not.toMatch(/^(secret|mine|file|job-\d+)$/m);
    await limited.stop(other.jobId, 0);
  });

  it('twenty thousand files are removed like any', async () => {
    const spec = job(
      `node -e 'const fs=require("fs");for(let d=0;d<20;d++){fs.mkdirSync("d"+d);for(let f=0;f<1000;f++)fs.writeFileSync("d"+d+"/"+f,"")}'`,
    );
    expect(await run(spec)).toMatchObject({ kind: 'exited', code: 0 });
    await limited.remove(spec.jobId);
    expect(existsSync(limited.folder(spec.jobId).root)).toBe(false);
  });

  it("Telar's server alone: it answers, and another port of the machine does not", async () => {
    const gateway = join(base, 'gateway');
    mkdirSync(gateway);
    const telar = createServer((_, response) => response.end('telar answers'));
    const other = createServer((_, response) => response.end('another program answers'));
    await new Promise<void>((resolve) => telar.listen(join(gateway, 'telar.sock'), resolve));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    chmodSync(join(gateway, 'telar.sock'), 0o666);
    const runner = server('only', { gateway, port: 4599 });
    const ask = (at: string) =>
      `await fetch('${at}').then((r)=>r.text()).then(console.log,(e)=>console.log(String(e.cause?.code??e)));`;
    const spec = job('', { telarOnly: true });
    spec.entrypoint = ['node', '--input-type=module', '-e'];
    spec.arguments = [`${ask('http://127.0.0.1:4599/')}${ask(`http://127.0.0.1:${port}/`)}${ask('http://192.0.2.1/')}`];
    await run(spec, runner);
    telar.close();
    other.close();
    expect(log(spec, runner).trim().split('\n')).toEqual(['telar answers', 'ECONNREFUSED', 'ENETUNREACH']);
  });

  it('hosts of one job find each other by name, and talk', async () => {
    const names = ['algo-1', 'algo-2'].map((name, index) => ({ name, address: hostAddress('talk', index) }));
    const listen = `require('net').createServer((s)=>{s.end('hello from '+require('os').hostname());setTimeout(()=>process.exit(),200)}).listen(7777,'algo-1')`;
    const speak = `const go=()=>require('net').connect(7777,'algo-1').on('error',()=>setTimeout(go,50)).on('data',(d)=>console.log(String(d)));go()`;
    const specs = [listen, speak].map((script, index) =>
      job('', { host: { name: names[index]!.name, names }, entrypoint: ['node', '-e'], arguments: [script] }),
    );
    await Promise.all(specs.map((spec) => launch(spec)));
    await Promise.all(specs.map((spec) => limited.exit(spec.jobId)));
    expect(log(specs[1]!).trim()).toBe('hello from algo-1');
  });
});
