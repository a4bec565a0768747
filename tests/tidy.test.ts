/**
 * The rules of the house (docs/architecture.md), enforced on the tree as it is; and, for each rule, a small invented tree
 * that breaks it and one that keeps it, so that no rule can sleep.
 */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import * as language from './support/tidy/language.ts';
import * as size from './support/tidy/size.ts';
import { type Rule, readTree, sourceFile } from './support/tidy/source.ts';
import * as structure from './support/tidy/structure.ts';
import * as text from './support/tidy/text.ts';

const tree = readTree(path.dirname(import.meta.dirname));

type Texts = Record<string, string>;
/** `breaks` gives exactly the findings that match `says`, in order; `keeps` gives none. */
type Case = { title: string; rule: Rule; breaks: Texts; says: RegExp[]; keeps: Texts };

const HEADER = '/** Owns the example of a header; keeps nothing. */\n';
const lines = (count: number, line: string) => `${line}\n`.repeat(count);
const SERVICE: Texts = {
  'src/services/a/README.md': '## Gaps\n## By design\nNo `store.ts`: it keeps nothing.\n## Client quirks\n',
  'src/services/a/index.ts': '',
  'src/services/a/operations.ts': '',
  'src/services/a/errors.ts': '',
  'src/services/a/ports.ts': '',
  'src/services/a/a.test.ts': '',
};

const CASES: Case[] = [
  {
    title: 'every file of src lies in a folder that has a rank',
    rule: structure.foldersHaveRanks,
    breaks: { 'src/util/a.ts': '', 'src/b.ts': '' },
    says: [/^src\/util\/a\.ts:1 .* no folder that has a rank/, /^src\/b\.ts:1 /],
    keeps: { 'src/base/a.ts': '', 'src/services/s/a.ts': '', 'bench/run.ts': '' },
  },
  {
    title: 'a folder imports only folders of lower rank, or itself',
    rule: structure.folderImportsLowerRanks,
    breaks: {
      'src/store/a.ts': "\nimport '../engine/b.ts';\nexport const w = new URL('../server/c.ts', import.meta.url);",
      'src/engine/b.ts': "import type { C } from '../runner/d.ts';",
      'src/runner/d.ts': "export type C = import('../cli/e.ts').E;",
      'src/server/c.ts': '',
      'src/cli/e.ts': '',
    },
    says: [
      /^src\/store\/a\.ts:2 imports src\/engine\/b\.ts, but store \(rank 2\)/,
      /^src\/store\/a\.ts:3 imports src\/server\/c\.ts/,
      /^src\/engine\/b\.ts:1 .* runner has rank 3/,
      /^src\/runner\/d\.ts:1 .* cli has rank 6/,
    ],
    keeps: {
      'src/store/a.ts': "import '../base/b.ts';\nexport * from './c.ts';",
      'src/base/b.ts': '',
      'src/store/c.ts': '',
    },
  },
  {
    title: 'the sdk imports only definition and base',
    rule: structure.sdkImportsOnlyDefinition,
    breaks: { 'src/sdk/a.ts': "import '../scoring/b.ts';", 'src/scoring/b.ts': '' },
    says: [/^src\/sdk\/a\.ts:1 imports src\/scoring\/b\.ts; sdk\/ may import only definition and base/],
    keeps: {
      'src/sdk/a.ts': "import '../definition/b.ts';\nimport './c.ts';",
      'src/definition/b.ts': '',
      'src/sdk/c.ts': '',
    },
  },
  {
    title: 'services never import each other',
    rule: structure.servicesDoNotMeet,
    breaks: { 'src/services/a/index.ts': "import '../b/store.ts';", 'src/services/b/store.ts': '' },
    says: [/^src\/services\/a\/index\.ts:1 .* src\/services\/a\/ports\.ts/],
    keeps: { 'src/services/a/index.ts': "import './store.ts';", 'src/services/a/store.ts': '' },
  },
  {
    title: 'what ships refers to nothing that does not',
    rule: structure.productStandsAlone,
    breaks: { 'src/base/a.ts': "import '../../tests/support/b.ts';", 'tests/support/b.ts': '' },
    says: [/^src\/base\/a\.ts:1 .* not shipped/],
    keeps: { 'src/base/a.test.ts': "import '../../tests/support/b.ts';", 'tests/support/b.ts': '' },
  },
  {
    title: 'examples import only the sdk and their own files',
    rule: structure.examplesUseTheSdk,
    breaks: { 'examples/01/telar.config.ts': "import '../../src/base/a.ts';", 'src/base/a.ts': '' },
    says: [/^examples\/01\/telar\.config\.ts:1 /],
    keeps: {
      'examples/01/telar.config.ts': "import '../../src/sdk/index.ts';\nimport './code/b.ts';\nimport 'telar';",
      'examples/01/code/b.ts': '',
      'src/sdk/index.ts': '',
    },
  },
  {
    title: 'the console is a client, in layers',
    rule: structure.consoleKeepsItsLayers,
    breaks: {
      'console/src/parts/a.tsx': "import '../data/b.ts';",
      'console/src/data/b.ts': "import '../../../src/server/c.ts';",
      'console/src/pages/one/d.tsx': "\nimport '../two/e.tsx';",
      'console/src/pages/two/e.tsx': "import '../../app/f.ts';",
      'console/src/app/f.ts': '',
      'src/server/c.ts': '',
    },
    says: [
      /^console\/src\/parts\/a\.tsx:1 imports console\/src\/data\/b\.ts; parts\/ may import parts only/,
      /^console\/src\/data\/b\.ts:1 imports src\/server\/c\.ts/,
      /^console\/src\/pages\/one\/d\.tsx:2 .* a page of another area/,
      /^console\/src\/pages\/two\/e\.tsx:1 imports console\/src\/app\/f\.ts/,
    ],
    keeps: {
      'console/src/app/f.ts': "import '../pages/one/d.tsx';",
      'console/src/pages/one/d.tsx': "import '../area.ts';\nimport './g.ts';\nimport '../../parts/a.tsx';",
      'console/src/pages/one/g.ts': "import '../../data/b.ts';",
      'console/src/pages/area.ts': '',
      'console/src/parts/a.tsx': '',
      'console/src/data/b.ts':
        "import type { A } from '../../../src/services/telar/api.ts';\nimport '../../../src/definition/h.ts';",
      'src/services/telar/api.ts': '',
      'src/definition/h.ts': '',
    },
  },
  {
    title: 'every action of the console shows its command line',
    rule: structure.actionsShowTheirCommand,
    breaks: {
      'console/src/pages/one/a.tsx': "const stop = useAct('sqs', 'PurgeQueue');",
      'console/src/pages/one/b.tsx': "await call('s3', 'DeleteObjects', {});",
    },
    says: [/^console\/src\/pages\/one\/a\.tsx changes something/, /^console\/src\/pages\/one\/b\.tsx/],
    keeps: {
      'console/src/pages/one/a.tsx': "useAct('sqs', 'PurgeQueue');\n<Confirm command={command} />",
      'console/src/pages/one/b.tsx': "call('s3', 'GetObject', {});",
      'console/src/data/c.ts': 'useMutation({})',
    },
  },
  {
    title: 'every relative import leads to a file',
    rule: structure.importsResolve,
    breaks: { 'src/base/a.ts': "import './b.js';\nawait import('./c.ts');", 'src/base/b.ts': '' },
    says: [/^src\/base\/a\.ts:1 refers to \.\/b\.js/, /^src\/base\/a\.ts:2 .* no src\/base\/c\.ts/],
    keeps: {
      'src/base/a.ts': "import './b.ts';\nimport 'node:fs';\nnew URL('./data.csv', import.meta.url);",
      'src/base/b.ts': '',
    },
  },
  {
    title: 'files do not import each other in circles',
    rule: structure.noImportCycles,
    breaks: {
      'src/base/a.ts': "import './b.ts';",
      'src/base/b.ts': "import type { C } from './c.ts';",
      'src/base/c.ts': "export * from './a.ts';",
    },
    says: [/^src\/base\/a\.ts:1 .* src\/base\/a\.ts → src\/base\/b\.ts → src\/base\/c\.ts → src\/base\/a\.ts/],
    keeps: {
      'src/base/a.ts': "import './b.ts';\nimport './c.ts';",
      'src/base/b.ts': "import './c.ts';",
      'src/base/c.ts': '',
    },
  },
  {
    title: 'every file is used',
    rule: structure.everyFileIsUsed,
    breaks: {
      'src/base/alone.ts': '',
      'src/base/tested.ts': '',
      'src/base/tested.test.ts': "import './tested.ts';",
      'tests/support/alone.ts': '',
    },
    says: [
      /^src\/base\/alone\.ts:1 is used by nothing/,
      /^src\/base\/tested\.ts:1 is used by tests only/,
      /^tests\/support\/alone\.ts:1/,
    ],
    keeps: {
      'src/cli/main.ts': "import '../base/a.ts';",
      'src/base/a.ts': `new Worker(new URL(\`./worker\${extname(import.meta.url)}\`, import.meta.url));`,
      'src/base/worker.ts': '',
      'src/base/testing.ts': '',
      'src/base/a.test.ts': "import './testing.ts';",
      'scripts/setup.mjs': '',
    },
  },
  {
    title: 'a service has its README and its files',
    rule: structure.servicesHaveTheirFiles,
    breaks: {
      ...SERVICE,
      'src/services/a/README.md': '## Gaps\n## By design\n',
      'src/services/b/index.ts': '',
    },
    says: [
      /"## Client quirks"/,
      /^src\/services\/a\/store\.ts:1 is missing/,
      /^src\/services\/b\/README\.md:1 is missing/,
    ],
    keeps: SERVICE,
  },
  {
    title: 'no file is over 500 lines',
    rule: size.filesAreShort,
    breaks: { 'src/base/a.ts': lines(501, ''), 'examples/x/a.py': lines(501, '') },
    says: [/^src\/base\/a\.ts:501 /, /^examples\/x\/a\.py:501 /],
    keeps: { 'src/base/a.ts': lines(500, ''), 'src/protocol/generated/a.ts': lines(501, '') },
  },
  {
    title: 'no function is over 80 lines',
    rule: size.functionsAreShort,
    breaks: { 'src/base/a.ts': `\nconst a = () => {\n${lines(79, '')}};\nclass B { c() {\n${lines(79, '')}} }` },
    says: [/^src\/base\/a\.ts:2 begins a function of 81 lines/, /^src\/base\/a\.ts:83 /],
    keeps: {
      'src/base/a.ts': `function a() {\n${lines(78, '')}}`,
      'src/base/a.test.ts': `describe('a', () => {\n${lines(99, '')}});\ndescribe.each([1])('b', () => {\n${lines(99, '')}});`,
    },
  },
  {
    title: 'nothing is typed any',
    rule: language.noAny,
    breaks: { 'tests/a.test.ts': 'let a: any;', 'scripts/b.ts': '\nf(a as any[]);' },
    says: [/^tests\/a\.test\.ts:1 says `any`/, /^scripts\/b\.ts:2 /],
    keeps: { 'src/base/a.ts': '// any\nconst any: unknown = "any";' },
  },
  {
    title: 'no type error is suppressed',
    rule: language.noSuppressedTypeErrors,
    breaks: { 'src/base/a.ts': '\n// @ts-ignore\nf();', 'src/base/b.ts': '/* @ts-expect-error: no */ f();' },
    says: [/^src\/base\/a\.ts:2 says @ts-ignore/, /^src\/base\/b\.ts:1 says @ts-expect-error/],
    keeps: { 'src/base/a.ts': "const a = '@ts-ignore';" },
  },
  {
    title: 'there are no enums and no namespaces',
    rule: language.noEnumsOrNamespaces,
    breaks: { 'src/base/a.ts': 'enum A { B }\nnamespace C { export const d = 1; }\nexport const enum E { F }' },
    says: [/:1 declares an enum/, /:2 declares a namespace/, /:3 declares an enum/],
    keeps: { 'src/base/a.ts': "declare module 'x';\nconst namespace = { enum: 1 };" },
  },
  {
    title: 'below server/ time and chance come from the World',
    rule: language.timeComesFromTheWorld,
    breaks: {
      'src/store/a.ts':
        "import { randomUUID } from 'node:crypto';\nDate.now();\nMath.random();\nperformance.now();\nsetTimeout(f, 1);\n" +
        "setInterval(f, 1);\nnew Date();\nconst now = Date.now;\nglobalThis.setTimeout(f);\nimport { setTimeout as s } from 'node:timers/promises';",
    },
    says: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((line) => new RegExp(`^src/store/a\\.ts:${line} reads `)),
    keeps: {
      'src/base/clock.ts': 'Date.now();',
      'src/server/a.ts': 'setTimeout(f, 1);',
      'src/store/a.test.ts': 'Date.now();',
      'src/store/b.ts':
        'new Date(clock.now());\nworld.clock.setTimeout();\nconst f = (setTimeout: number) => setTimeout;',
    },
  },
  {
    title: 'a source file begins with what it owns',
    rule: language.sourcesBeginWithAHeader,
    breaks: {
      'src/base/a.ts': "import 'node:fs';\n/** Owns something, but says so too late to be found. */",
      'src/base/b.ts': '// Short.\nf();',
      'src/base/c.ts': '// biome-ignore lint: a directive is no header at all, however long\nf();',
    },
    says: [/^src\/base\/a\.ts:1 /, /^src\/base\/b\.ts:1 /, /^src\/base\/c\.ts:1 /],
    keeps: {
      'src/base/a.ts': `${HEADER}f();`,
      'bin/b.mjs': `#!/usr/bin/env node\n${HEADER}f();`,
      'src/base/c.test.ts': 'f();',
    },
  },
  {
    title: 'nothing is left for later',
    rule: language.nothingIsLeftForLater,
    breaks: {
      'src/base/a.ts': '\n/* a\n * TODO: b */',
      'tests/b.test.ts': '// FIXME',
      'examples/c.py': 'x = 1  # XXX',
      '.ci/run': '# HACK',
    },
    says: [
      /^src\/base\/a\.ts:3 says TODO/,
      /^tests\/b\.test\.ts:1 says FIXME/,
      /^examples\/c\.py:1 says XXX/,
      /^\.ci\/run:1 says HACK/,
    ],
    keeps: { 'src/base/a.ts': "const a = 'TODO';\n// todos, hacks", 'examples/c.py': "x = 'TODO'" },
  },
  {
    title: 'no test is focused',
    rule: language.noFocusedTests,
    breaks: {
      'src/base/a.test.ts': "it.only('a', f);\ndescribe.only('b', f);",
      'tests/b.test.ts': 'test.only.each([1])("c", f);',
    },
    says: [/^src\/base\/a\.test\.ts:1 says it\.only/, /^src\/base\/a\.test\.ts:2 /, /^tests\/b\.test\.ts:1 /],
    keeps: { 'src/base/a.test.ts': "it('a', () => list.only());", 'src/base/b.ts': 'it.only();' },
  },
  {
    title: 'a skipped test gives its reason',
    rule: language.skippedTestsGiveAReason,
    breaks: {
      'src/base/a.test.ts':
        "it.skip('a', f);\ndescribe.skipIf(b)('b', f);\nit.todo('c');\nit('d', (context) => context.skip());",
    },
    says: [/:1 says it\.skip /, /:2 says describe\.skipIf /, /:3 says it\.todo /, /:4 says context\.skip /],
    keeps: {
      'src/base/a.test.ts':
        "// Needs user namespaces.\nit.skipIf(!able)('a', f);\nit.skip('b', f); // Broken upstream.\nit('c', (context) => context.skip('no aws'));",
    },
  },
  {
    title: 'no path of one machine is written down',
    rule: text.noMachinePaths,
    breaks: {
      'docs/a.md': 'see\n/home/ana/telar',
      'src/base/a.ts': "open('/root/.cache/x')",
      '.ci/run': 'cd /Users/bo/x',
    },
    says: [/^docs\/a\.md:2 names \/home\/ana\/telar/, /^src\/base\/a\.ts:1 /, /^\.ci\/run:1 /],
    keeps: { 'docs/a.md': '/opt/ml/model /home https://x.org/home/ana/b s3://bucket/work/c $HOME/x ./work/d' },
  },
  {
    title: 'no package registry is named',
    rule: text.noRegistryHosts,
    breaks: {
      'package-lock.json': '\n"resolved": "https://a.example/b.tgz"',
      'scripts/a.ts': "'pip install --index-url https://a.example'",
      '.npmrc': 'a=b\nregistry=x',
      'docs/a.md': 'https://registry.npmjs.org/x',
    },
    says: [/^package-lock\.json:2 /, /^scripts\/a\.ts:1 /, /^\.npmrc:2 /, /^docs\/a\.md:1 names a package registry/],
    keeps: {
      'docs/a.md': 'The model registry. The npm registry. 1.dkr.ecr.eu-west-1.amazonaws.com/x',
      'package-lock.json': '"integrity": "x"',
    },
  },
];

const files = (texts: Texts) => Object.entries(texts).map(([name, content]) => sourceFile(name, content));

describe('the tree keeps every rule', () => {
  for (const { title, rule } of CASES) {
    it(title, () => {
      const findings = rule(tree);
      if (findings.length > 0) expect.fail(findings.join('\n'));
    });
  }

  it('is read whole', () => {
    const paths = tree.map((file) => file.path);
    expect(paths).toEqual(
      expect.arrayContaining(['src/base/world.ts', 'tests/tidy.test.ts', '.ci/run', 'package-lock.json']),
    );
    expect(paths.filter((name) => name.includes('node_modules'))).toEqual([]);
  });
});

describe('every rule can fail', () => {
  for (const { title, rule, breaks, says, keeps } of CASES) {
    it(title, () => {
      expect(rule(files(breaks))).toEqual(says.map((pattern) => expect.stringMatching(pattern)));
      expect(rule(files(keeps))).toEqual([]);
    });
  }

  it('is in the table of cases', () => {
    const rules = [structure, size, language, text].flatMap((module) => Object.values(module));
    expect(new Set(CASES.map((one) => one.rule))).toEqual(new Set(rules));
  });

  it('names a file that cannot be parsed', () => {
    expect(() => language.noAny(files({ 'src/base/a.ts': 'const = ;' }))).toThrow(/^src\/base\/a\.ts cannot be parsed/);
  });
});
