/**
 * A source file as the house's rules see it: its text, its comments, its syntax tree and what it refers to. Files are parsed
 * once and on demand, by the parser that the test runner brings.
 */
import fs from 'node:fs';
import path from 'node:path';
import { parseSync } from 'rolldown/utils';

export type Node = { type: string; start: number; end: number; [key: string]: unknown };
export type Comment = { value: string; start: number; end: number };

/** One `import … from`, `export … from`, `import()`, `import('…').T` or `new URL('./x.ts', import.meta.url)`. */
export type Reference = { specifier: string; kind: 'import' | 'url'; line: number };

/** `nodes`: all of the tree, parents before their children, each with its parent. */
export type Syntax = {
  program: Node;
  nodes: readonly { node: Node; parent: Node | undefined }[];
  comments: Comment[];
  references: Reference[];
};

export type SourceFile = {
  /** Relative to the repository, with `/`. */
  path: string;
  text: string;
  lines: number;
  /** The 1-based line of an offset into the text. */
  lineAt(offset: number): number;
  /** Parsed when first asked for. Throws, naming the file, where the text is no TypeScript. */
  syntax(): Syntax;
};

/** What one rule found wrong: a sentence that begins with `file:line` and says what to do. */
export type Finding = string;
export type Rule = (files: readonly SourceFile[]) => Finding[];

const SCRIPT = /\.(ts|tsx|mts|mjs|js)$/;
const TEXT =
  /(\.(ts|tsx|mts|mjs|js|cjs|py|sh|json|md|ya?ml|toml|txt|html|css|cfg|ini)|(^|\/)(\.npmrc|\.gitignore|Dockerfile|run))$/;

export const isScript = (file: SourceFile): boolean => SCRIPT.test(file.path);
export const isTest = (file: SourceFile): boolean => /\.test\.tsx?$/.test(file.path) || file.path.startsWith('tests/');
export const isGenerated = (file: SourceFile): boolean => file.path.split('/').includes('generated');

/** All scripts that people wrote: what most rules look at. */
export const written = (files: readonly SourceFile[]): SourceFile[] =>
  files.filter((file) => isScript(file) && !isGenerated(file));

export function sourceFile(name: string, text: string): SourceFile {
  let starts: number[] | undefined;
  let parsed: Syntax | undefined;
  return {
    path: name,
    text,
    lines: text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    lineAt(offset) {
      starts ??= lineStarts(text);
      return lastAtOrBefore(starts, offset) + 1;
    },
    syntax() {
      parsed ??= parse(this);
      return parsed;
    },
  };
}

/**
 * Every text file under `root` that git would keep: what .gitignore names (folders as `name/`, endings as `*.ext`) is left
 * out, whether git is there or not.
 */
export function readTree(root: string): SourceFile[] {
  const ignored = fs
    .readFileSync(path.join(root, '.gitignore'), 'utf8')
    .split('\n')
    .map((line) => line.trim());
  const skip = (name: string) =>
    name === '.git' || ignored.includes(`${name}/`) || ignored.includes(`*${path.extname(name)}`);
  const found: SourceFile[] = [];
  const visit = (folder: string) => {
    for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (skip(entry.name)) continue;
      if (entry.isDirectory()) visit(name);
      else if (entry.isFile() && TEXT.test(name))
        found.push(sourceFile(name, fs.readFileSync(path.join(root, name), 'utf8')));
    }
  };
  visit('');
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function walk(node: Node, visit: (node: Node, parent: Node | undefined) => void, parent?: Node): void {
  visit(node, parent);
  for (const key in node) {
    const value = node[key];
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) walk(item, visit, node);
    } else if (isNode(value)) walk(value, visit, node);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

function parse(file: SourceFile): Syntax {
  const { program, comments, errors } = parseSync(file.path, file.text);
  const [error] = errors;
  if (error) throw new Error(`${file.path} cannot be parsed: ${error.message}. Correct its syntax.`);
  const root = program as unknown as Node;
  const nodes: { node: Node; parent: Node | undefined }[] = [];
  const references: Reference[] = [];
  walk(root, (node, parent) => {
    nodes.push({ node, parent });
    const found = referenceOf(node);
    if (found) references.push({ ...found, line: file.lineAt(node.start) });
  });
  return { program: root, nodes, comments, references };
}

function referenceOf(node: Node): Omit<Reference, 'line'> | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType': {
      const specifier = textOf(node['source']);
      return specifier === undefined ? undefined : { specifier, kind: 'import' };
    }
    case 'NewExpression': {
      if (nameOf(node['callee']) !== 'URL') return undefined;
      const [place, base] = node['arguments'] as Node[];
      const specifier = textOf(place) ?? programOf(place);
      if (specifier === undefined || !specifier.startsWith('.') || nameOf(base) !== 'import.meta.url') return undefined;
      return { specifier, kind: 'url' };
    }
    default:
      return undefined;
  }
}

/** `./worker${extname(import.meta.url)}`: a program beside this one, `.ts` here and `.js` in the published package. */
function programOf(value: unknown): string | undefined {
  if (!isNode(value) || value.type !== 'TemplateLiteral') return undefined;
  const [first, last] = value['quasis'] as { value: { cooked: string } }[];
  return first && last?.value.cooked === '' ? `${first.value.cooked}.ts` : undefined;
}

/** The text of a string literal. */
function textOf(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Literal' && typeof value['value'] === 'string' ? value['value'] : undefined;
}

/** `a`, `a.b`, `import.meta.url`: the dotted name of an expression that is nothing but a name. */
export function nameOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === 'Identifier') return value['name'] as string;
  if (value.type === 'MetaProperty') return 'import.meta';
  if (value.type !== 'MemberExpression' || value['computed'] === true) return undefined;
  const object = nameOf(value['object']);
  return object === undefined ? undefined : `${object}.${nameOf(value['property'])}`;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lastAtOrBefore(sorted: number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
