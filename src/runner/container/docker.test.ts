/**
 * Jobs in Docker, with a stand-in for its client that notes what it is told and behaves as the client does. A real engine
 * is nowhere in these tests.
 */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../base/log.ts';
import { systemWorld } from '../../base/world.ts';
import { createContainerImages } from '../images/oci/containers.ts';
import { createRunner, type LaunchSpec, type Runner } from '../runner.ts';
import { variableFile } from './docker.ts';

const world = { ...systemWorld, log: silentLog };

/** Runs what follows the image's name; `rm -f` ends it, as the engine would. A script, so that each word can be noted. */
const STAND_IN = `#!/bin/sh
{ printf '%s\\n' "----"; for word in "$@"; do printf '<%s>\\n' "$word"; done; } >>HERE/words
case $1 in
version) [ -e HERE/engine ] && { echo 27.0; exit 0; }; echo 'Cannot connect to the Docker daemon' >&2; exit 1;;
image) [ -e HERE/pulled ]; exit;;
pull) echo "pulling $2"; touch HERE/pulled; exit 0;;
rm) kill -KILL "$(cat HERE/container)" 2>/dev/null; rm -f HERE/container; exit 0;;
run)
  env >HERE/client-environment
  while [ "$1" != team/fit:1 ]; do [ "$1" = --env-file ] && cp "$2" HERE/variables; shift; done
  shift
  setsid sh -c 'exec "$@"' sh "$@" &
  echo $! >HERE/container
  trap 'kill -TERM $(cat HERE/container)' TERM
  wait $!; code=$?
  [ $code -gt 128 ] && { wait $!; code=$?; }
  exit $code;;
esac
`;

let base: string;
let runner: Runner;
const file = (name: string) => join(base, name);
const read = (name: string) => readFileSync(file(name), 'utf8');
const there = (name: string) => existsSync(file(name));
/** What the client was told, call by call. */
const calls = () =>
  read('words')
    .split('----\n')
    .slice(1)
    .map((call) => [...call.matchAll(/<([^>]*)>\n/g)].map((match) => match[1]!));

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'telar-docker-'));
  writeFileSync(file('docker'), STAND_IN.replaceAll('HERE', base));
  chmodSync(file('docker'), 0o755);
  writeFileSync(file('engine'), '');
  runner = start();
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function start(): Runner {
  const imagesFolder = file('images');
  const containers = createContainerImages({
    ...world,
    imagesFolder,
    own: () => false,
    engine: 'docker',
    docker: file('docker'),
  });
  const trust = () => ({ folder: file('trust'), files: { AWS_CA_BUNDLE: 'bundle.pem' } });
  return createRunner({ world, jobsFolder: file('jobs'), imagesFolder, hide: [], containers, trust });
}
const spec = (more: Partial<LaunchSpec> = {}): LaunchSpec => ({
  ...{
    jobId: 'job',
    image: 'team/fit:1',
    entrypoint: undefined,
    arguments: ['sh', '-c', 'echo out; echo err >&2; exit 3'],
  },
  ...{ environment: {}, networkIsolation: false, ...more },
});
const until = async (what: () => boolean) => {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 10));
};

describe('a job in Docker', () => {
  it('is sent to the proxy, and sees the certificates', async () => {
    await runner.prepare('team/fit:1', () => {});
    await runner.launch(spec({ proxy: { HTTPS_PROXY: 'http://telar' } }));
    await runner.exit('job');
    const run = calls().find(([verb]) => verb === 'run')!;
    expect(run).toContain(`type=bind,source=${file('trust')},target=/tmp/.telar/trust,readonly`);
    expect(read('variables')).toContain('HTTPS_PROXY=http://telar\nAWS_CA_BUNDLE=/tmp/.telar/trust/bundle.pem\n');
  });

  it('is brought, run, logged and told, and its container removed', async () => {
    const lines: string[] = [];
    expect(runner.refusal('team/fit:1')).toBeUndefined();
    await runner.prepare('team/fit:1', (line) => lines.push(line));
    expect(lines).toEqual(['Docker fetches team/fit:1', '  pulling team/fit:1']);
    await runner.launch(spec({ environment: { TOKEN: 'secret $x "y"' } }));
    expect(await runner.exit('job')).toEqual({ kind: 'exited', code: 3 });
    const { log, ml, root } = runner.folder('job');
    expect(readFileSync(log, 'utf8')).toBe('out\nerr\n');
    const run = calls().find(([verb]) => verb === 'run')!;
    const told = (option: string) => run[run.indexOf(option) + 1];
    expect(told('--mount')).toBe(`type=bind,source=${ml},target=/opt/ml`);
    expect(told('--network')).toBe('host');
    expect(told('--label')).toBe('telar.job=job');
    expect(run).toContain(`telar.jobs-folder=${file('jobs')}`);
    expect(told('--cap-drop')).toBe('ALL');
    expect(told('--user')).toMatch(process.getuid!() === 0 ? /^65534:65534$/ : new RegExp(`^${process.getuid!()}:`));
    expect(run.join(' ')).not.toContain('secret');
    expect(read('client-environment')).not.toContain('secret');
    expect(read('variables')).toContain('TOKEN=secret $x "y"\n');
    expect(calls().at(-1)).toEqual(['rm', '-f', told('--name')]);
    expect(existsSync(join(root, 'sandbox.sh'))).toBe(false);
  });

  it('has no network and no more than its limits where that is asked for, and an entrypoint of its own', async () => {
    const bounds = { memoryBytes: 2 ** 31, cpus: 1.5 };
    await runner.launch(spec({ networkIsolation: true, bounds, entrypoint: ['sh', '-c'], arguments: ['x'] }));
    await runner.exit('job');
    const run = calls()
      .find(([verb]) => verb === 'run')!
      .join(' ');
    expect(run).toContain('--network none --memory 2147483648b --cpus 1.5 --entrypoint sh team/fit:1 -c x');
  });

  it('is stopped by a signal, and killed when it does not obey', async () => {
    await runner.launch(
      spec({ arguments: ['sh', '-c', 'trap "echo bye; exit 9" TERM; echo up; while :; do sleep 0.01; done'] }),
    );
    const log = () => readFileSync(runner.folder('job').log, 'utf8');
    await until(() => log().includes('up'));
    await runner.stop('job', 60_000);
    expect(await runner.exit('job')).toEqual({ kind: 'exited', code: 9 });
    expect(log()).toBe('up\nbye\n');
    await runner.launch(
      spec({ jobId: 'deaf', arguments: ['sh', '-c', 'trap "" TERM; echo up; while :; do sleep 0.01; done'] }),
    );
    await until(() => readFileSync(runner.folder('deaf').log, 'utf8').includes('up'));
    await runner.stop('deaf', 30);
    expect((await runner.exit('deaf')).kind).toBe('signalled');
    expect(there('container')).toBe(false);
  });

  it('whose supervisor is killed is lost, and its container removed by the next server', async () => {
    await runner.launch(spec({ arguments: ['sh', '-c', 'echo up; exec sleep 300'] }));
    await until(() => readFileSync(runner.folder('job').log, 'utf8').includes('up'));
    process.kill(Number(readFileSync(join(runner.folder('job').root, 'identity'), 'utf8').split('\n')[0]), 'SIGKILL');
    expect((await start().exit('job')).kind).toBe('lost');
    expect(there('container')).toBe(false);
  });

  it('is refused with what to do where no engine answers', async () => {
    rmSync(file('engine'));
    await expect(runner.prepare('team/fit:1', () => {})).rejects.toMatchObject({
      code: 'DockerMissing',
      message: expect.stringContaining('Cannot connect to the Docker daemon'),
    });
  });

  it('is given its variables in a file of which every line is one', () => {
    expect(() => variableFile({ KEY: 'a\nOTHER=b' }, 'job')).toThrow('variable "KEY" has a line break');
    expect(() => variableFile({ 'a b': 'c' }, 'job')).toThrow('Docker does not take');
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (environment) => {
        try {
          const text = variableFile(environment, 'job');
          expect(text.split('\n').filter(Boolean).sort()).toEqual(
            Object.entries(environment)
              .map((pair) => pair.join('='))
              .sort(),
          );
        } catch (error) {
          expect(error).toMatchObject({ code: 'LaunchFailed' });
        }
      }),
    );
  });
});
