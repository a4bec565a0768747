/** Conditions and blocks: what a function's body may end with, so that both are compiled as values and in tail position. */
import type { Compilation } from './compilation.ts';
import { isTrue } from './data.ts';
import { emptyFrame } from './frames.ts';
import type { BlockNode, ConditionNode, Node } from './syntax.ts';
import type { Code, Value } from './values.ts';

/** `then` and `otherwise` are compiled by the caller: as values, or in tail position. */
export function compileCondition(
  node: ConditionNode,
  then: Code,
  otherwise: Code | undefined,
  { code }: Compilation,
): Code {
  const condition = code(node.condition);
  return (input, frame) => {
    if (isTrue(condition(input, frame), frame.run)) return then(input, frame);
    return otherwise?.(input, frame);
  };
}

/** `last` compiles the block's last expression: as a value, or in tail position. */
export function compileBlock(node: BlockNode, last: (node: Node) => Code, { code }: Compilation): Code {
  const expressions = node.expressions.map((part, index) =>
    index === node.expressions.length - 1 ? last(part) : code(part),
  );
  return (input, frame) => {
    const inner = emptyFrame(frame.run, frame);
    let value: Value;
    for (const expression of expressions) value = expression(input, inner);
    return value;
  };
}
