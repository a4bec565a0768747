/**
 * docs/support.md: which operations of which API Telar serves, read from the dispatch table of a whole system and from the
 * official SDKs' own models, so that the page cannot say anything else than the code.
 *
 *   node scripts/support.ts            writes the page
 *   node scripts/support.ts --check    fails when it is not what would be written; tests/support-matrix.test.ts does the same
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { silentLog } from '../src/base/log.ts';
import { systemWorld } from '../src/base/world.ts';
import type { Api } from '../src/protocol/api.ts';
import { createRunner } from '../src/runner/runner.ts';
import { allMigrations, createSystem, type System } from '../src/server/system.ts';
import { openBytes } from '../src/store/bytes.ts';
import { createDataFolder, dataFolder } from '../src/store/folder.ts';
import { openMemoryStore } from '../src/store/store.ts';

const PAGE = path.join(import.meta.dirname, '../docs/support.md');

/** In the order in which the page tells of them. */
const TITLES: Readonly<Record<string, string>> = {
  sagemaker: 'Amazon SageMaker',
  'sagemaker-metrics': 'Amazon SageMaker Metrics',
  s3: 'Amazon S3',
  iam: 'AWS IAM',
  sts: 'AWS STS',
  logs: 'Amazon CloudWatch Logs',
  states: 'AWS Step Functions',
  lambda: 'AWS Lambda',
  glue: 'AWS Glue',
  events: 'Amazon EventBridge',
  scheduler: 'Amazon EventBridge Scheduler',
  sns: 'Amazon SNS',
  sqs: 'Amazon SQS',
  telar: "Telar's own",
};

const PROTOCOLS: Readonly<Record<Api['protocol'], string>> = {
  'json-1.0': 'AWS JSON 1.0',
  'json-1.1': 'AWS JSON 1.1',
  query: 'AWS Query',
  'rest-xml': 'REST-XML',
  'rest-json': 'REST-JSON',
  'own-json': 'in the manner of AWS JSON 1.1',
};

type Served = {
  api: Api;
  /** By service, in the order of their names. */
  implemented: readonly { service: string; operations: readonly string[] }[];
  /** Left out on purpose, with why. */
  refused: ReadonlyMap<string, string>;
  missing: readonly string[];
};

/** A system that is made and never started: its tables are all that is wanted of it. */
function tables(): Pick<System, 'services' | 'dispatch'> {
  const world = { ...systemWorld, log: silentLog };
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'telar-support-'));
  const at = (name: string) => path.join(root, name);
  createDataFolder(dataFolder(root));
  try {
    return createSystem({
      store: openMemoryStore(new DatabaseSync(':memory:'), allMigrations, world),
      bytes: openBytes({ objects: at('objects'), temporary: at('temporary') }),
      world,
      account: '000000000000',
      auth: 'sigv4',
      endpointUrl: () => '',
      jobs: {
        runner: createRunner({ world, jobsFolder: at('jobs'), imagesFolder: at('images'), hide: [] }),
      },
      server: { version: '', dataFolder: root, loopLag: () => 0, storage: () => undefined },
    });
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}

function served(): Served[] {
  const { services, dispatch } = tables();
  const apis = [...new Set(services.map(({ api }) => api))];
  const order = Object.keys(TITLES);
  return apis
    .sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
    .map((api) => {
      const refused = new Map(
        services.filter((service) => service.api === api).flatMap(({ refused = {} }) => Object.entries(refused)),
      );
      return { api, refused };
    })
    .map(({ api, refused }) => ({
      api,
      refused,
      implemented: services
        .filter((service) => service.api === api)
        .map(({ name, operations }) => ({ service: name, operations: Object.keys(operations).sort() }))
        .sort((a, b) => (a.service < b.service ? -1 : 1)),
      missing: [...api.operations.keys()].filter((name) => !dispatch.find(api, name) && !refused.has(name)).sort(),
    }));
}

/** Rows that no client can name, by service: the server itself does not look, as that would load every SDK client at its start. */
export function unknownOperations(): string[] {
  return tables().services.flatMap(({ name, api, operations, refused = {} }) =>
    [...Object.keys(operations), ...Object.keys(refused)]
      .filter((operation) => !api.operations.has(operation))
      .map((operation) => `${name}: ${operation}`),
  );
}

const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');

function section({ api, implemented, refused, missing }: Served): string {
  const count = implemented.reduce((sum, { operations }) => sum + operations.length, 0);
  const all = count + refused.size + missing.length;
  const lines = [
    `## ${TITLES[api.name] ?? api.name} (\`${api.name}\`, ${PROTOCOLS[api.protocol]})`,
    '',
    `${count} of ${all} operations.`,
    '',
    '| Service | Operations |',
    '| --- | --- |',
    ...implemented.map(
      ({ service, operations }) => `| [${service}](../src/services/${service}/README.md) | ${list(operations)} |`,
    ),
  ];
  if (refused.size > 0) {
    lines.push('', '| Refused by name | Why |', '| --- | --- |');
    for (const [name, reason] of [...refused].sort()) lines.push(`| \`${name}\` | ${reason} |`);
  }
  if (missing.length > 0) {
    lines.push(
      '',
      '<details>',
      `<summary>Not implemented: ${missing.length}</summary>`,
      '',
      missing.join(', '),
      '',
      '</details>',
    );
  }
  return lines.join('\n');
}

/** The page as it should be. */
export function supportPage(): string {
  const all = served();
  const rows = all.map(({ api, implemented, refused, missing }) => {
    const count = implemented.reduce((sum, { operations }) => sum + operations.length, 0);
    return `| ${TITLES[api.name] ?? api.name} | ${count} | ${refused.size} | ${missing.length} |`;
  });
  return `# What Telar serves

Generated by \`node scripts/support.ts\` from the server's own table of operations and the official SDKs' models; a test fails
when it is out of date. Do not edit.

An operation that is not implemented, or refused on purpose, is answered \`NotImplemented\` (HTTP 501) by name, in the latter case
with why; a service that is not in this list is
answered \`UnknownOperationException\`. What an implemented operation leaves out of AWS's own (members that are refused, behaviour
that differs) stands in its service's README, under Gaps and By design.

| API | Implemented | Refused | Not implemented |
| --- | --- | --- | --- |
${rows.join('\n')}

${all.map(section).join('\n\n')}
`;
}

/** Undefined when the page is up to date, else what to do. */
export function staleness(): string | undefined {
  const there = fs.existsSync(PAGE) ? fs.readFileSync(PAGE, 'utf8') : '';
  return there === supportPage() ? undefined : 'docs/support.md is out of date. Write it anew: node scripts/support.ts';
}

function main(): void {
  if (!process.argv.includes('--check')) {
    fs.writeFileSync(PAGE, supportPage());
    return;
  }
  const stale = staleness();
  if (stale === undefined) return;
  process.stderr.write(`${stale}\n`);
  process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
