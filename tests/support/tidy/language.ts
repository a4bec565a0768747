/** The house's rules about the language: what may not be written, and where. */
import {
  type Comment,
  type Finding,
  isGenerated,
  isTest,
  type Node,
  nameOf,
  type SourceFile,
  written,
} from './source.ts';

type Seen = { node: Node; parent: Node | undefined };

/** One finding for each node that `wrong` has words for. */
function nodesThat(files: readonly SourceFile[], wrong: (seen: Seen) => string | undefined): Finding[] {
  return files.flatMap((file) =>
    file.syntax().nodes.flatMap((seen) => {
      const words = wrong(seen);
      return words === undefined ? [] : [`${file.path}:${file.lineAt(seen.node.start)} ${words}`];
    }),
  );
}

/** One finding for each comment that `pattern` matches. */
function commentsThat(files: readonly SourceFile[], pattern: RegExp, words: (match: string) => string): Finding[] {
  return files.flatMap((file) =>
    file.syntax().comments.flatMap((comment) => {
      const match = pattern.exec(comment.value);
      return match ? [`${file.path}:${file.lineAt(comment.start + match.index)} ${words(match[0])}`] : [];
    }),
  );
}

export function noAny(files: readonly SourceFile[]): Finding[] {
  return nodesThat(written(files), ({ node }) =>
    node.type === 'TSAnyKeyword' ? 'says `any`. Name the type, or take `unknown` and narrow it.' : undefined,
  );
}

export function noSuppressedTypeErrors(files: readonly SourceFile[]): Finding[] {
  return commentsThat(
    written(files),
    /@ts-(ignore|expect-error|nocheck)/,
    (found) => `says ${found}. Correct the types instead.`,
  );
}

export function noEnumsOrNamespaces(files: readonly SourceFile[]): Finding[] {
  return nodesThat(written(files), ({ node }) => {
    if (node.type === 'TSEnumDeclaration') return 'declares an enum. Write an `as const` object or a union of strings.';
    const namespace = node.type === 'TSModuleDeclaration' && node['kind'] === 'namespace';
    return namespace ? 'declares a namespace. A file is one already: export from it.' : undefined;
  });
}

/** Where the machine's own time, timers and chance may be read below server/, each for a reason. */
const WORLDLY: { pattern: RegExp; because: string }[] = [
  { pattern: /^src\/base\/clock\.ts$/, because: 'it makes the system clock' },
  { pattern: /^src\/base\/random\.ts$/, because: 'it makes the system randomness' },
  { pattern: /^src\/runner\/functions\/handlerWorker\.ts$/, because: "it is a function's own process, in its sandbox" },
  { pattern: /^src\/(server|cli)\//, because: 'it is at or above server/, where the World is made' },
];

const WORLD_NAMES = new Set([
  'Date.now',
  'performance.now',
  'process.hrtime',
  'Math.random',
  'setTimeout',
  'setInterval',
  'randomUUID',
  'randomBytes',
  'randomInt',
  'randomFillSync',
]);

/** Everything below server/ can run in a simulation: time and chance come through World. */
export function timeComesFromTheWorld(files: readonly SourceFile[]): Finding[] {
  const below = written(files).filter(
    (file) =>
      file.path.startsWith('src/') &&
      !isTest(file) &&
      !/(^|\/)testing(\.ts|\/)/.test(file.path) &&
      !WORLDLY.some(({ pattern }) => pattern.test(file.path)),
  );
  return nodesThat(below, (seen) => {
    const name = worldly(seen);
    return name && `reads ${name} itself. Take World (src/base/world.ts), its clock or its random, as a parameter.`;
  });
}

/** The name under which a node reads the world, if it does. */
function worldly({ node, parent }: Seen): string | undefined {
  if (
    node.type === 'NewExpression' &&
    nameOf(node['callee']) === 'Date' &&
    (node['arguments'] as Node[]).length === 0
  ) {
    return 'new Date()';
  }
  if (node.type === 'MemberExpression') {
    const name = nameOf(node)?.replace(/^(globalThis|crypto)\./, '');
    return name !== undefined && WORLD_NAMES.has(name) ? name : undefined;
  }
  // A bare name counts where it is called or imported, not where it is a property or a parameter.
  const used = parent?.type === 'CallExpression' && parent['callee'] === node;
  const imported = parent?.type === 'ImportSpecifier' && parent['imported'] === node;
  const name = node.type === 'Identifier' && (used || imported) ? nameOf(node) : undefined;
  return name !== undefined && WORLD_NAMES.has(name) ? name : undefined;
}

const SHORTEST_HEADER = 30;

/** The first comment of a file says what it owns and which invariants it keeps. */
export function sourcesBeginWithAHeader(files: readonly SourceFile[]): Finding[] {
  return written(files)
    .filter((file) => /^(src|bench|scripts|bin)\//.test(file.path) && !/\.test\.ts$/.test(file.path))
    .filter((file) => {
      const { comments, program } = file.syntax();
      const first = (program['body'] as Node[])[0]?.start ?? file.text.length;
      const said = comments.filter((comment) => comment.end <= first && !isDirective(comment));
      return said.map(({ value }) => value.replace(/[\s*]+/g, ' ').trim()).join(' ').length < SHORTEST_HEADER;
    })
    .map((file) => `${file.path}:1 does not begin with a comment that says what the file owns. Write it.`);
}

function isDirective(comment: Comment): boolean {
  return /^[\s*]*(biome-ignore|eslint|@ts-|prettier)/.test(comment.value);
}

const UNFINISHED = /\b(TODO|FIXME|XXX|HACK)\b/;

/** What is not done is an issue, not a comment. */
export function nothingIsLeftForLater(files: readonly SourceFile[]): Finding[] {
  const words = (found: string) => `says ${found}. Do it, or open an issue for it and delete the comment.`;
  const others = files.filter((file) => /\.(py|sh|toml|ya?ml)$|^\.ci\//.test(file.path) && !isGenerated(file));
  return [
    ...commentsThat(written(files), UNFINISHED, words),
    ...others.flatMap((file) =>
      file.text.split('\n').flatMap((line, index) => {
        const found = UNFINISHED.exec(line.slice(line.indexOf('#')))?.[0];
        return line.includes('#') && found ? [`${file.path}:${index + 1} ${words(found)}`] : [];
      }),
    ),
  ];
}

const SUITES = /^(it|test|describe|suite)\b/;

/** A test that only runs alone hides all others. */
export function noFocusedTests(files: readonly SourceFile[]): Finding[] {
  return nodesThat(written(files).filter(isTest), ({ node }) => {
    const name = node.type === 'MemberExpression' ? nameOf(node) : undefined;
    return name && SUITES.test(name) && /\.only$/.test(name)
      ? `says ${name}: no other test of the file runs. Delete \`.only\`.`
      : undefined;
  });
}

/** `it.skip`, `describe.skipIf(…)` and so on need a comment on their line or the line above; `context.skip` a text. */
export function skippedTestsGiveAReason(files: readonly SourceFile[]): Finding[] {
  return written(files)
    .filter(isTest)
    .flatMap((file) => {
      const { nodes, comments } = file.syntax();
      const explained = new Set(
        comments.flatMap((comment) => [file.lineAt(comment.start), file.lineAt(comment.end) + 1]),
      );
      return nodes.flatMap(({ node }) => {
        const line = file.lineAt(node.start);
        const name = skips(node);
        if (name === undefined || explained.has(line)) return [];
        return [
          `${file.path}:${line} says ${name} without a reason. Say why in a comment on the line above, or run the test.`,
        ];
      });
    });
}

function skips(node: Node): string | undefined {
  if (node.type === 'CallExpression' && /^(context|ctx|t|task)\.skip$/.test(nameOf(node['callee']) ?? '')) {
    return (node['arguments'] as Node[]).some((argument) => /Literal$/.test(argument.type))
      ? undefined
      : nameOf(node['callee']);
  }
  const name = node.type === 'MemberExpression' ? nameOf(node) : undefined;
  return name && SUITES.test(name) && /\.(skip|skipIf|runIf|todo|fails)$/.test(name) ? name : undefined;
}
