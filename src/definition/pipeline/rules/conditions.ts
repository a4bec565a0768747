/** Rules about conditions, as far as the kinds of their operands are known before the pipeline runs. */
import { inside, isObject, kindOf, memberOf, type Report } from '../problems.ts';
import { isMalformed, parseReference } from '../reference.ts';
import { isNumeric, timeOf } from '../scalar.ts';
import type { Survey } from '../survey.ts';
import type { Json } from '../types.ts';

type Operand = { kind: 'number' | 'text' | 'numeric text' | 'time' | 'boolean' | 'null' | 'structure'; what: string };

const ORDERED = new Set(['GreaterThan', 'GreaterThanOrEqualTo', 'LessThan', 'LessThanOrEqualTo']);
const OPERANDS = ['LeftValue', 'RightValue', 'QueryValue'];

/** Of each side what the other may be, in order. A text that is not known yet may turn out to be a time. */
const IN_ORDER: Readonly<Record<string, readonly Operand['kind'][]>> = {
  number: ['number', 'numeric text'],
  time: ['time', 'text'],
};

/** Only numbers and times have an order, and texts that are either. */
export function orderedOperandsAreNumbers(survey: Survey, report: Report): void {
  for (const step of survey.steps) {
    for (const { raw, place } of step.conditions) {
      const type = memberOf(raw, 'Type');
      if (typeof type !== 'string' || !ORDERED.has(type)) continue;
      const sides = ['LeftValue', 'RightValue'] as const;
      const operands = sides.map((side) => staticOperand(memberOf(raw, side), survey));
      const what = operands.some((operand) => operand?.kind === 'time') ? 'time' : 'number';
      for (const [index, side] of sides.entries()) {
        const operand = operands[index];
        if (!operand || IN_ORDER[what]!.includes(operand.kind)) continue;
        const message = () => `${type} compares ${what}s, and ${side} is ${operand.what}.`;
        report(inside(place, side), 'operand-type', message);
      }
    }
  }
}

/** No operand is null, a list or an object. */
export function operandsAreScalars(survey: Survey, report: Report): void {
  for (const step of survey.steps) {
    for (const { raw, place } of step.conditions) {
      const values = memberOf(raw, 'Values');
      const listed = Array.isArray(values)
        ? values.map((value, index) => [inside(place, `Values`), index, value] as const)
        : [];
      const single = OPERANDS.map((side) => [place, side, memberOf(raw, side)] as const);
      for (const [parent, key, value] of [...single, ...listed]) {
        const operand = staticOperand(value, survey);
        if (operand?.kind !== 'null' && operand?.kind !== 'structure') continue;
        const message = () => `A condition compares texts, numbers and booleans, and this operand is ${operand.what}.`;
        report(inside(parent, key), 'operand-type', message);
      }
    }
  }
}

/** A boolean equals no number. */
export function equalOperandsAreOfOneKind(survey: Survey, report: Report): void {
  for (const step of survey.steps) {
    for (const { raw, place } of step.conditions) {
      const type = memberOf(raw, 'Type');
      if (type !== 'Equals' && type !== 'NotEquals') continue;
      const left = staticOperand(memberOf(raw, 'LeftValue'), survey);
      const right = staticOperand(memberOf(raw, 'RightValue'), survey);
      if (!left || !right || !(isBooleanAgainstNumber(left, right) || isBooleanAgainstNumber(right, left))) continue;
      const message = () => `${type} cannot compare ${left.what} with ${right.what}.`;
      report(place, 'operand-type', message);
    }
  }
}

function isBooleanAgainstNumber(left: Operand, right: Operand): boolean {
  return left.kind === 'boolean' && (right.kind === 'number' || right.kind === 'numeric text');
}

/** What an operand will be, where the definition already says so. */
function staticOperand(value: Json | undefined, survey: Survey): Operand | undefined {
  if (value === undefined) return undefined;
  if (value === null) return { kind: 'null', what: 'null' };
  const what = kindOf(value);
  if (typeof value === 'string') return { kind: kindOfText(value), what };
  if (typeof value === 'number') return { kind: 'number', what };
  if (typeof value === 'boolean') return { kind: 'boolean', what };
  if (!isObject(value)) return { kind: 'structure', what };
  if (Object.hasOwn(value, 'Std:JsonGet')) return undefined;
  if (Object.hasOwn(value, 'Std:Join')) return undefined;
  const get = memberOf(value, 'Get');
  return typeof get === 'string' ? referred(get, survey) : { kind: 'structure', what };
}

function kindOfText(text: string): Operand['kind'] {
  if (isNumeric(text)) return 'numeric text';
  return timeOf(text) === undefined ? 'text' : 'time';
}

const TIMES = new Set(['StartDateTime', 'CurrentDateTime']);
const KINDS: Readonly<Record<string, Operand['kind']>> = { Integer: 'number', Float: 'number', Boolean: 'boolean' };

function referred(text: string, survey: Survey): Operand | undefined {
  const reference = parseReference(text);
  if (isMalformed(reference)) return undefined;
  if (reference.kind === 'execution') {
    const kind = TIMES.has(reference.property) ? 'time' : 'text';
    return { kind, what: `'${text}', a ${kind}` };
  }
  if (reference.kind === 'outcome') return { kind: 'boolean', what: `'${text}', a boolean` };
  if (reference.kind === 'parameter') {
    const type = memberOf(survey.parameterByName.get(reference.name)?.raw, 'Type');
    if (type === 'String') return { kind: 'text', what: `the String parameter '${reference.name}'` };
    const kind = typeof type === 'string' && Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
    return kind && { kind, what: `the ${String(type)} parameter '${reference.name}'` };
  }
  return undefined;
}
