/**
 * Generates src/protocol/generated/constraints/*.json: the constraints of the inputs of the APIs that Telar serves, out of
 * the service models in botocore (Apache-2.0), at the version pinned here.
 *
 * `node scripts/generate-constraints.ts` needs python3 with pip and a package index. Add an API to APIS and run it again.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Constraint, ConstraintTable, WrittenTable } from '../src/protocol/constraints.ts';
import { patternOf } from '../src/protocol/patterns.ts';

export const BOTOCORE = '1.44.5';
export const APIS: Readonly<Record<string, string>> = {
  sagemaker: 'sagemaker/2017-07-24',
  'sagemaker-metrics': 'sagemaker-metrics/2022-09-30',
  s3: 's3/2006-03-01',
  iam: 'iam/2010-05-08',
  sts: 'sts/2011-06-15',
  logs: 'logs/2014-03-28',
  states: 'stepfunctions/2016-11-23',
  lambda: 'lambda/2015-03-31',
  glue: 'glue/2017-03-31',
  events: 'events/2015-10-07',
  scheduler: 'scheduler/2021-06-30',
  sns: 'sns/2010-03-31',
  sqs: 'sqs/2012-11-05',
};
export const GENERATED = fileURLToPath(new URL('../src/protocol/generated/', import.meta.url));
const CACHE = fileURLToPath(new URL('../node_modules/.cache/telar/', import.meta.url));

/** What is read of a shape in botocore's service-2.json. */
type ModelShape = {
  type: string;
  required?: string[];
  members?: Record<string, { shape: string; idempotencyToken?: boolean }>;
  member?: { shape: string };
  key?: { shape: string };
  value?: { shape: string };
  min?: number;
  max?: number;
  pattern?: string;
  enum?: string[];
  sensitive?: boolean;
};
export type Model = {
  operations: Record<string, { input?: { shape: string } }>;
  shapes: Record<string, ModelShape>;
};

/** Downloads botocore, once, and reads a service's model from it. @throws when no package index can be reached */
export function readModel(api: string): Model {
  const folder = path.join(CACHE, `botocore-${BOTOCORE}`);
  if (!fs.existsSync(folder)) {
    const fresh = `${folder}.${process.pid}`;
    const pip = [
      '-m',
      'pip',
      'download',
      '--no-deps',
      '--quiet',
      '--disable-pip-version-check',
      '--retries',
      '0',
      '--timeout',
      '10',
    ];
    execFileSync('python3', [...pip, '--dest', fresh, `botocore==${BOTOCORE}`], { stdio: 'pipe', timeout: 60_000 });
    const [wheel = ''] = fs.readdirSync(fresh);
    execFileSync('python3', ['-m', 'zipfile', '--extract', path.join(fresh, wheel), fresh], { stdio: 'pipe' });
    fs.rmSync(path.join(fresh, wheel));
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(fresh, folder);
  }
  const file = path.join(folder, 'botocore/data', APIS[api] ?? api, 'service-2.json.gz');
  return JSON.parse(gunzipSync(fs.readFileSync(file)).toString('utf8'));
}

/** The constraints that are reachable from an operation's input. Shapes without any are left out. */
export function tableOf(source: string, { operations, shapes }: Model): ConstraintTable {
  const constrained = constrainedShapes(shapes);
  const table: Record<string, Constraint> = {};
  const inputs: Record<string, string> = {};
  const add = (name: string) => {
    const shape = shapes[name];
    if (name in table || !shape) return;
    table[name] = constraintOf(shape, constrained);
    for (const target of targetsOf(shape)) if (constrained.has(target)) add(target);
  };
  for (const [name, { input }] of Object.entries(operations)) {
    if (!input || !constrained.has(input.shape)) continue;
    inputs[name] = input.shape;
    add(input.shape);
  }
  const sorted = Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { source, operations: inputs, shapes: sorted };
}

function targetsOf({ members, member, key, value }: ModelShape): string[] {
  return [...Object.values(members ?? {}), member, key, value].flatMap((target) => target?.shape ?? []);
}

/** Shapes with a constraint of their own, or with one below them: grown until nothing is added. */
function constrainedShapes(shapes: Model['shapes']): Set<string> {
  const found = new Set<string>();
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const [name, shape] of Object.entries(shapes)) {
      if (isConstrained(shape) || targetsOf(shape).some((target) => found.has(target))) found.add(name);
    }
  }
  return found;
}

function isConstrained({ type, required, min, max, pattern, enum: values }: ModelShape): boolean {
  const integer = type === 'integer' || type === 'long';
  return (required?.length ?? 0) > 0 || integer || [min, max, pattern, values].some((one) => one !== undefined);
}

function constraintOf(shape: ModelShape, constrained: ReadonlySet<string>): Constraint {
  const { type, required, members, member, key, value, min, max, pattern, enum: values, sensitive } = shape;
  const range = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  const secret = sensitive ? { sensitive: true as const } : {};
  const reference = <N extends string>(name: N, target: { shape: string } | undefined) =>
    (target && constrained.has(target.shape) ? { [name]: target.shape } : {}) as { [K in N]?: string };
  if (type === 'structure') {
    // Clients make an idempotency token up where the user gives none; what calls from inside need not do so.
    const demanded = required?.filter((name) => !members?.[name]?.idempotencyToken) ?? [];
    const names = Object.entries(members ?? {}).filter(([, { shape: target }]) => constrained.has(target));
    return {
      type,
      ...(demanded.length > 0 ? { required: demanded } : {}),
      ...(names.length > 0 ? { members: Object.fromEntries(names.map(([name, target]) => [name, target.shape])) } : {}),
    };
  }
  if (type === 'list') return { type, ...range, ...reference('member', member) };
  if (type === 'map') return { type, ...range, ...reference('key', key), ...reference('value', value) };
  if (type === 'string' || type === 'blob')
    return { type, ...range, ...(pattern ? { pattern } : {}), ...(values ? { enum: values } : {}), ...secret };
  return {
    type: 'number',
    ...range,
    ...(type === 'integer' || type === 'long' ? { integer: true as const } : {}),
    ...secret,
  };
}

/** JSON with one shape to a line: small, and its changes can be read. */
export function textOf({ source, operations, shapes }: ConstraintTable): string {
  const lines = (entries: object) =>
    Object.entries(entries)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(',\n');
  const written = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, writtenOf(shape)]));
  return `{"source":${JSON.stringify(source)},\n"operations":{\n${lines(operations)}},\n"shapes":{\n${lines(written)}}}\n`;
}

function writtenOf(shape: Constraint): WrittenTable['shapes'][string] {
  if (shape.type !== 'structure') return shape;
  const { type: _, members, ...rest } = shape;
  if (!members) return rest;
  return {
    ...rest,
    members: Object.entries(members).map(([name, target]) => (name === target ? name : `${name}:${target}`)),
  };
}

/** Patterns that JavaScript cannot express, which are therefore not checked. */
export function uncheckedPatterns({ shapes }: ConstraintTable): string[] {
  return Object.values(shapes).flatMap((shape) =>
    'pattern' in shape && shape.pattern !== undefined && !patternOf(shape.pattern) ? [shape.pattern] : [],
  );
}

export const sourceOf = (api: string) => `botocore ${BOTOCORE}, ${APIS[api]}/service-2.json`;

function main(): void {
  const rows: string[] = [];
  for (const api of Object.keys(APIS)) {
    const table = tableOf(sourceOf(api), readModel(api));
    const unchecked = [...new Set(uncheckedPatterns(table))];
    const text = textOf(table);
    fs.writeFileSync(path.join(GENERATED, 'constraints', `${api}.json`), text);
    rows.push(
      `- \`${api}.json\`: ${Object.keys(table.shapes).length} shapes; patterns that JavaScript cannot express, and which are not checked: ${unchecked.length === 0 ? 'none' : unchecked.map((one) => `\`${one}\``).join(', ')}`,
    );
    process.stdout.write(`${api}: ${text.length} bytes\n`);
  }
  fs.writeFileSync(path.join(GENERATED, 'README.md'), readme(rows));
}

function readme(rows: readonly string[]): string {
  return `# Generated: do not edit

\`constraints/*.json\`: lengths, ranges, patterns, enumerations and required members of the inputs of AWS's operations, generated by
\`node scripts/generate-constraints.ts\` from the service models in botocore ${BOTOCORE}
(Copyright Amazon.com, Inc. or its affiliates; licensed under the Apache License, Version 2.0). Read by \`../constraints.ts\`.

${rows.join('\n')}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
