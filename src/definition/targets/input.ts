/**
 * What a target is sent of an event: all of it, a text of its own, a part, or a template with parts in their places.
 *
 * I1. Where a template is JSON, what it makes is JSON, whatever an event holds: in a string a part is text, elsewhere a value.
 */
import { isJson } from '../../base/json.ts';
import { compileEventPath } from './eventPath.ts';

export type RuleFacts = { arn: string; name: string };

type Transformer = {
  InputPathsMap?: Readonly<Record<string, string>> | undefined;
  InputTemplate?: string | undefined;
};
/** What of a rule's target says what it is sent. */
export type TargetInput = {
  Id?: string | undefined;
  Input?: string | undefined;
  InputPath?: string | undefined;
  InputTransformer?: Transformer | undefined;
};
type Parameters = {
  PipelineParameterList?: readonly { Name?: string | undefined; Value?: string | undefined }[] | undefined;
};
/** As rules see one: EventBridge's own members, and a detail. */
type Event = Readonly<Record<string, unknown>>;

const PLACEHOLDER = /<([\w.-]+)>/g;
/** Of names that a template may use without a path. */
const RESERVED = /^aws\.events\./;

/** @param at when the event came, in milliseconds since the epoch */
export function payloadOf(target: TargetInput, event: Event, rule: RuleFacts, at: number): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(compileEventPath(target.InputPath)?.(event) ?? null);
  if (target.InputTransformer) return transformed(target.InputTransformer, event, rule, at);
  return JSON.stringify(event);
}

/** Of a pipeline: a parameter's value may be a path into the event. */
export function parametersOf(
  { PipelineParameterList = [] }: Parameters,
  event: Event,
): { Name: string; Value: string }[] {
  return PipelineParameterList.map(({ Name = '', Value = '' }) => {
    const found = Value.startsWith('$.') ? compileEventPath(Value)?.(event) : Value;
    return { Name, Value: typeof found === 'string' ? found : JSON.stringify(found ?? '') };
  });
}

function transformed(transformer: Transformer, event: Event, rule: RuleFacts, at: number): string {
  const value = (name: string): unknown => {
    if (RESERVED.test(name)) return reserved(name, event, rule, at);
    const path = transformer.InputPathsMap?.[name];
    return path === undefined ? undefined : compileEventPath(path)?.(event);
  };
  return filled(transformer.InputTemplate ?? '', value);
}

function reserved(name: string, event: Event, rule: RuleFacts, at: number): unknown {
  switch (name) {
    case 'aws.events.rule-arn':
      return rule.arn;
    case 'aws.events.rule-name':
      return rule.name;
    case 'aws.events.event.ingestion-time':
      return new Date(at).toISOString();
    case 'aws.events.event.json':
      return event;
    case 'aws.events.event': {
      const { detail: _, ...rest } = event;
      return rest;
    }
    default:
      return undefined;
  }
}

/** A template with every `<name>` replaced. What an event does not hold is an empty text. */
function filled(template: string, value: (name: string) => unknown): string {
  let quoted = false;
  let from = 0;
  let text = '';
  for (const found of template.matchAll(PLACEHOLDER)) {
    const before = template.slice(from, found.index);
    quoted = endsQuoted(before, quoted);
    const part = value(found[1]!) ?? '';
    text += before + (quoted ? withinString(part) : JSON.stringify(part));
    from = found.index + found[0].length;
  }
  return text + template.slice(from);
}

/** Whether a string is open at the end of a text. */
function endsQuoted(text: string, quoted: boolean): boolean {
  let open = quoted;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\' && open) at += 1;
    else if (text[at] === '"') open = !open;
  }
  return open;
}

/** Texts as they are; objects and lists as their JSON without the quotes, as EventBridge does. */
function withinString(part: unknown): string {
  const text = typeof part === 'string' ? part : JSON.stringify(part).replaceAll('"', '');
  return JSON.stringify(text).slice(1, -1);
}

/** Why a target's input is not valid; undefined when it is. */
export function inputProblem({ Id, Input, InputPath, InputTransformer }: TargetInput): string | undefined {
  const given = [Input, InputPath, InputTransformer].filter((one) => one !== undefined);
  if (given.length > 1) {
    return `Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`;
  }
  if (Input !== undefined && !isJson(Input)) return `JSON syntax error in input for target ${Id}`;
  if (InputPath !== undefined && !compileEventPath(InputPath)) return `Invalid InputPath for target ${Id}.`;
  return InputTransformer && transformerProblem(InputTransformer, Id!);
}

function transformerProblem({ InputPathsMap = {}, InputTemplate = '' }: Transformer, id: string): string | undefined {
  for (const [name, path] of Object.entries(InputPathsMap)) {
    if (!compileEventPath(path)) return `Invalid InputPath for target ${id}: ${name} is '${path}'.`;
    if (/^aws/i.test(name)) return `Invalid InputPathsMap for target ${id}: the name ${name} is reserved.`;
  }
  const known = new Set(Object.keys(InputPathsMap));
  for (const [, name = ''] of InputTemplate.matchAll(PLACEHOLDER)) {
    if (!RESERVED.test(name) && !known.has(name)) {
      return `InputTemplate for target ${id} contains invalid placeholder ${name}.`;
    }
  }
  return isTemplate(InputTemplate) ? undefined : `Invalid InputTemplate for target ${id} : ${InputTemplate}`;
}

/** JSON, or several lines of it, once a value stands in every place. */
function isTemplate(template: string): boolean {
  const sample = filled(template, () => 'x');
  return isJson(sample) || sample.split('\n').every((line) => line.trim() === '' || isJson(line));
}
