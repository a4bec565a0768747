/** The house's rules about size: what cannot be read in one go is several things. */
import { type Finding, type Node, nameOf, type SourceFile, written } from './source.ts';

const LONGEST_FILE = 500;
const LONGEST_FUNCTION = 80;

export function filesAreShort(files: readonly SourceFile[]): Finding[] {
  const python = files.filter((file) => file.path.endsWith('.py'));
  return [...written(files), ...python]
    .filter((file) => file.lines > LONGEST_FILE)
    .map(
      (file) => `${file.path}:${LONGEST_FILE + 1} is one line too many: the file has ${file.lines}. Split it by noun.`,
    );
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/**
 * A function's own lines: those of the functions inside it are counted as theirs, so that a factory that closes over its
 * state, or a table of operations, is as long as what it says itself.
 */
export function functionsAreShort(files: readonly SourceFile[]): Finding[] {
  return written(files).flatMap((file) => {
    const functions = file
      .syntax()
      .nodes.filter(({ node, parent }) => FUNCTIONS.has(node.type) && !isSuite(parent))
      .map(({ node }) => ({
        start: node.start,
        end: node.end,
        first: file.lineAt(node.start),
        last: file.lineAt(node.end),
      }));
    return functions.flatMap((outer) => {
      const inside = functions.filter(({ start, end }) => start > outer.start && end < outer.end);
      const direct = inside.filter((inner) => !inside.some(({ start, end }) => start < inner.start && end > inner.end));
      const lines = direct.reduce((sum, { first, last }) => sum - (last - first), outer.last - outer.first + 1);
      if (lines <= LONGEST_FUNCTION) return [];
      return [
        `${file.path}:${outer.first} begins a function of ${lines} lines of its own; ${LONGEST_FUNCTION} are allowed. Give its parts names.`,
      ];
    });
  });
}

/** `describe('…', () => { … })` groups tests; it is no function that anyone reads as one. */
function isSuite(parent: Node | undefined): boolean {
  return parent?.type === 'CallExpression' && /^describe(\.|$)/.test(suiteName(parent['callee']) ?? '');
}

/** The callee of `describe`, `describe.each(table)` and the like. */
function suiteName(callee: unknown): string | undefined {
  const called = callee as Node;
  return called.type === 'CallExpression' ? nameOf(called['callee']) : nameOf(called);
}
