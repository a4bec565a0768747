/**
 * What an expression refers to: variables, fields of `$states`, and what AWS refuses, since an expression there has no document
 * of its own: `{% foo %}`, `$` and `$$` where they would mean that.
 */
import { builtIn } from './functions/index.ts';
import { type Node, partsOf } from './syntax.ts';

export type References = {
  /** Names bound by something in the expression: parameters, `:=`, `@`, `#`. */
  readonly bound: ReadonlySet<string>;
  /** Variables of the machine; sorted, each once. */
  readonly variables: readonly string[];
  /** Fields of `$states` that are named: `input`, `errorOutput`; sorted. Which of them there are depends on the field. */
  readonly states: readonly string[];
  /** In AWS's words. */
  readonly refused: readonly string[];
};

export function referencesOf(tree: Node): References {
  const found = { bound: new Set<string>(), named: new Set<string>(), states: new Set<string>() };
  const refused = new Set<string>();
  walk(tree, true, (node, top) => {
    for (const name of boundBy(node)) found.bound.add(name);
    if (node.type === 'variable') found.named.add(node.value);
    const field = statesField(node);
    if (field !== undefined) found.states.add(field);
    const problem = refusal(node, top);
    if (problem !== undefined) refused.add(problem);
  });
  const isVariable = (name: string) => name !== '' && name !== '$' && name !== 'states';
  return {
    bound: found.bound,
    variables: [...found.named]
      .filter((name) => isVariable(name) && !found.bound.has(name) && builtIn(name) === undefined)
      .sort(),
    states: [...found.states].sort(),
    refused: [...refused],
  };
}

/** `top`: the node's context item is the expression's own, of which there is none. */
function walk(node: Node, top: boolean, visit: (node: Node, top: boolean) => void): void {
  visit(node, top);
  const { same, inner } = partsOf(node);
  for (const part of same) walk(part, top, visit);
  for (const part of inner) walk(part, false, visit);
}

function boundBy(node: Node): string[] {
  const names: string[] = [];
  if (node.focus !== undefined) names.push(node.focus);
  if (node.index !== undefined) names.push(node.index);
  for (const stage of node.stages ?? []) if (stage.type === 'index') names.push(stage.value);
  if (node.type === 'bind') names.push(node.lhs.value);
  if (node.type === 'lambda') names.push(...node.arguments.map((parameter) => parameter.value));
  return names;
}

function statesField(node: Node): string | undefined {
  if (node.type !== 'path') return undefined;
  const [first, second] = node.steps;
  const named = first?.type === 'variable' && first.value === 'states' && second?.type === 'name';
  return named ? second.value : undefined;
}

function refusal(node: Node, top: boolean): string | undefined {
  if (node.type === 'variable' && node.value === '$') return "Reference to '$$' is not supported.";
  if (!top) return undefined;
  if (node.type === 'name') return `Reference to '${node.value}' at the top level is not supported.`;
  if (node.type === 'variable' && node.value === '') return "Reference to '$' at the top level is not supported.";
  return undefined;
}
