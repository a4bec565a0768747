/** The house's rules about files and folders: who may refer to whom, and that nobody is left over. */
import { cycles, edges, target } from './graph.ts';
import { type Finding, isGenerated, isScript, isTest, type SourceFile } from './source.ts';

/** A folder of src/ imports only folders of lower rank, or itself. */
const RANKS: Record<string, number> = {
  base: 0,
  definition: 1,
  scoring: 1,
  protocol: 1,
  store: 2,
  sdk: 2,
  deploy: 2,
  engine: 3,
  runner: 3,
  services: 4,
  server: 5,
  cli: 6,
};

/** Folders that may import less than their rank allows. */
const ONLY: Record<string, string[]> = { sdk: ['definition', 'base'] };

/** Files that are started by people, npm or a test runner: nothing needs to refer to them. */
const STARTED: { pattern: RegExp; because: string }[] = [
  { pattern: /\.test\.tsx?$/, because: 'vitest finds it' },
  { pattern: /^vitest\.config\.ts$/, because: 'vitest reads it' },
  { pattern: /^console\/vite\.config\.ts$/, because: 'vite reads it' },
  { pattern: /^console\/src\/main\.tsx$/, because: "the console's page starts it" },
  { pattern: /^console\/src\/parts\/gallery\/main\.tsx$/, because: "the gallery's page starts it" },
  { pattern: /^src\/cli\/main\.ts$/, because: 'it is the command line' },
  { pattern: /^src\/sdk\/index\.ts$/, because: 'it is what users of the package import' },
  { pattern: /^bin\/telar\.mjs$/, because: 'npm installs it as `telar`' },
  { pattern: /^scripts\/[^/]+\.(mjs|ts)$/, because: 'people and package.json start it by name' },
  { pattern: /^bench\/(run|[^/]+\.bench)\.ts$/, because: 'npm run bench starts it, or finds it' },
  { pattern: /^examples\/[^/]+\/telar\.config\.ts$/, because: 'telar reads it as a project' },
  { pattern: /^examples\/[^/]+\/code\//, because: 'a job runs it as its script' },
  { pattern: /^tests\/support\/everything\//, because: 'telar reads it as a project that a test copies' },
];

/** The top folder below src/, and for a service its own folder too. */
function place(path: string): { folder: string; service?: string | undefined } | undefined {
  const [top, folder, inside, deeper] = path.split('/');
  if (top !== 'src' || folder === undefined || inside === undefined) return undefined;
  return folder === 'services' ? { folder, service: deeper === undefined ? undefined : inside } : { folder };
}

/** Every file of src/ lies in a folder that has a rank. */
export function foldersHaveRanks(files: readonly SourceFile[]): Finding[] {
  return files
    .filter((file) => file.path.startsWith('src/') && isScript(file))
    .filter((file) => RANKS[place(file.path)?.folder ?? ''] === undefined)
    .map(
      (file) =>
        `${file.path}:1 lies in no folder that has a rank. Move it into one of src/{${Object.keys(RANKS).join(',')}}.`,
    );
}

export function folderImportsLowerRanks(files: readonly SourceFile[]): Finding[] {
  return edges(files).flatMap(({ from, reference, to }) => {
    const importer = place(from.path);
    const imported = place(to.path);
    if (!importer || !imported || importer.folder === imported.folder) return [];
    const rank = RANKS[importer.folder] ?? -1;
    const other = RANKS[imported.folder] ?? Number.POSITIVE_INFINITY;
    if (other < rank) return [];
    return [
      `${from.path}:${reference.line} imports ${to.path}, but ${importer.folder} (rank ${rank}) may import only lower ranks, and ` +
        `${imported.folder} has rank ${other}. Move what both need down, or take it as a parameter that server/ passes in.`,
    ];
  });
}

export function sdkImportsOnlyDefinition(files: readonly SourceFile[]): Finding[] {
  return edges(files).flatMap(({ from, reference, to }) => {
    const importer = place(from.path)?.folder ?? '';
    const imported = place(to.path)?.folder;
    const allowed = ONLY[importer];
    if (!allowed || !imported || imported === importer || allowed.includes(imported)) return [];
    return [
      `${from.path}:${reference.line} imports ${to.path}; ${importer}/ may import only ${allowed.join(' and ')}.`,
    ];
  });
}

export function servicesDoNotMeet(files: readonly SourceFile[]): Finding[] {
  return edges(files).flatMap(({ from, reference, to }) => {
    const importer = place(from.path)?.service;
    const imported = place(to.path)?.service;
    if (!importer || !imported || importer === imported) return [];
    return [
      `${from.path}:${reference.line} imports ${to.path}; services never import each other. Say in ` +
        `src/services/${importer}/ports.ts what it needs, and let server/ pass it in.`,
    ];
  });
}

/** What ships refers to nothing that does not. Every package ships its package.json. */
export function productStandsAlone(files: readonly SourceFile[]): Finding[] {
  return edges(files).flatMap(({ from, reference, to }) => {
    if (!from.path.startsWith('src/') || isTest(from) || to.path.startsWith('src/') || to.path === 'package.json') {
      return [];
    }
    return [`${from.path}:${reference.line} imports ${to.path}, which is not shipped. Move what it needs into src/.`];
  });
}

/** An example can do what a user can: through the sdk. Its tests are ours. */
export function examplesUseTheSdk(files: readonly SourceFile[]): Finding[] {
  return edges(files).flatMap(({ from, reference, to }) => {
    const example = /^examples\/[^/]+\//.exec(from.path)?.[0];
    if (!example || isTest(from) || to.path.startsWith(example) || to.path === 'src/sdk/index.ts') return [];
    return [
      `${from.path}:${reference.line} imports ${to.path}; an example may import only the sdk (\`telar\`) and its own files.`,
    ];
  });
}

/** What a layer of the console may import of the console, besides itself. */
const CONSOLE_LAYERS: Readonly<Record<string, readonly string[]>> = {
  parts: [],
  data: ['parts'],
  pages: ['parts', 'data'],
  app: ['parts', 'data', 'pages'],
};
/** What the console may import of the server: what is pure, and the types of Telar's own operations. */
const CONSOLE_MAY_KNOW = /^src\/(?:base|definition)\/|^src\/services\/telar\/api\.ts$/;

/** The console is a client: it knows operations, not how they are made; and its parts know no operation. */
export function consoleKeepsItsLayers(files: readonly SourceFile[]): Finding[] {
  return edges(files).flatMap(({ from, reference, to }) => {
    const [, layer = '', area = ''] = /^console\/src\/([^/]+)\/([^/]+)/.exec(from.path) ?? [];
    const allowed = CONSOLE_LAYERS[layer];
    if (!allowed || isTest(from)) return [];
    const at = `${from.path}:${reference.line} imports ${to.path}`;
    if (to.path.startsWith('src/')) {
      return CONSOLE_MAY_KNOW.test(to.path)
        ? []
        : [`${at}; the console may know src/{base,definition} and services/telar/api.ts only.`];
    }
    const [, other = '', place = ''] = /^console\/src\/([^/]+)\/([^/]+)/.exec(to.path) ?? [];
    if (other !== layer && !allowed.includes(other))
      return [`${at}; ${layer}/ may import ${[layer, ...allowed].join(', ')} only.`];
    // A file that lies in pages/ itself is what all areas share.
    const apart = layer === 'pages' && other === 'pages' && area !== place && !/\.tsx?$/.test(place);
    return apart ? [`${at}, a page of another area. Move what both need into parts/ or data/.`] : [];
  });
}

/** What calls an operation that changes something. */
const ACTS =
  /\buse(?:Act|StartTarget|Confirmation|Mutation)\b(?:<[^(]*>)?\(|\bcall\(\s*'\w+',\s*'(?!(?:Get|List|Describe|Head|Measure|Preview|Query)[A-Z])/;
/** What shows a command line, to copy. */
const SHOWS_COMMAND = /<CopyCommand\b|\bcommand(?:Of)?=/;

/** Whoever presses a button can learn how a shell does the same. */
export function actionsShowTheirCommand(files: readonly SourceFile[]): Finding[] {
  return files
    .filter(
      ({ path, text }) => /^console\/src\/pages\/.*\.tsx$/.test(path) && ACTS.test(text) && !SHOWS_COMMAND.test(text),
    )
    .map(({ path }) => `${path} changes something and shows no command line that does the same. Add a CopyCommand.`);
}

export function importsResolve(files: readonly SourceFile[]): Finding[] {
  const known = new Set(files.map((file) => file.path));
  return files.filter(isScript).flatMap((file) =>
    file.syntax().references.flatMap(({ specifier, kind, line }) => {
      const path = target(file, specifier);
      if (path === undefined || known.has(path) || (kind === 'url' && !/\.(ts|mjs|js)$/.test(path))) return [];
      return [
        `${file.path}:${line} refers to ${specifier}, and there is no ${path}. Correct the path, with its ending (.ts).`,
      ];
    }),
  );
}

export function noImportCycles(files: readonly SourceFile[]): Finding[] {
  return cycles(files).map(
    (round) =>
      `${round[0]}:1 imports itself in a circle: ${[...round, round[0]].join(' → ')}. Move what they share into a file of its own.`,
  );
}

/** A file that only tests use is dead too, unless it says by its name (testing.ts) that it is for them. */
export function everyFileIsUsed(files: readonly SourceFile[]): Finding[] {
  const users = new Map<string, SourceFile[]>();
  for (const { from, to } of edges(files)) if (from !== to) users.set(to.path, [...(users.get(to.path) ?? []), from]);
  return files.flatMap((file) => {
    if (!isScript(file) || isGenerated(file) || STARTED.some(({ pattern }) => pattern.test(file.path))) return [];
    const by = users.get(file.path) ?? [];
    if (by.length === 0) return [`${file.path}:1 is used by nothing. Delete it, or use it.`];
    const forTests = isTest(file) || /(^|\/)testing(\.ts|\/)/.test(file.path);
    if (forTests || by.some((user) => !isTest(user))) return [];
    return [
      `${file.path}:1 is used by tests only (${by[0]?.path}). Use it, delete it, or call it testing.ts if it helps tests.`,
    ];
  });
}

const SERVICE_FILES = ['index.ts', 'operations.ts', 'store.ts', 'errors.ts', 'ports.ts'];
const SERVICE_HEADINGS = ['Gaps', 'By design', 'Client quirks'];

/** A service lacks one of the usual files only where its README names the file and says why. */
export function servicesHaveTheirFiles(files: readonly SourceFile[]): Finding[] {
  const services = new Set(files.flatMap((file) => place(file.path)?.service ?? []));
  const byPath = new Map(files.map((file) => [file.path, file]));
  return [...services].flatMap((service) => {
    const folder = `src/services/${service}`;
    const readme = byPath.get(`${folder}/README.md`)?.text;
    if (readme === undefined) {
      return [`${folder}/README.md:1 is missing. Write it, with the headings ${SERVICE_HEADINGS.join(', ')}.`];
    }
    const headings = SERVICE_HEADINGS.filter((heading) => !new RegExp(`^## ${heading}\\b`, 'm').test(readme)).map(
      (heading) =>
        `${folder}/README.md:1 has no heading "## ${heading}". Write it; where there is nothing to say, say that.`,
    );
    const absent = SERVICE_FILES.filter(
      (name) => !byPath.has(`${folder}/${name}`) && !readme.includes(`\`${name}\``),
    ).map(
      (name) =>
        `${folder}/${name}:1 is missing. Write it, or say in ${folder}/README.md why the service needs no \`${name}\`.`,
    );
    const tested = files.some((file) => file.path.startsWith(`${folder}/`) && isTest(file));
    return [...headings, ...absent, ...(tested ? [] : [`${folder}/index.ts:1 has no test beside it. Write one.`])];
  });
}
