/**
 * A definition's text becomes a machine, or the list of all that is wrong with it; a state by itself likewise.
 *
 * M1. The same text gives the same machine: compiling reads nothing else.
 * M2. No text throws, overflows the stack, or takes longer than its length warrants.
 */

import type { Problem } from '../compiled.ts';
import type { Json, JsonObject } from '../scope.ts';
import type { Branch, Machine, MachineType, QueryLanguage, State, TaskResource } from '../types.ts';
import { readBranch, readLanguage, readState } from './branch.ts';
import { type Diagnostic, openReport, type Report } from './diagnostics.ts';
import { OBJECT_FIELDS } from './fields.ts';
import { parseJson } from './json.ts';
import { MAX_SECONDS } from './numbers.ts';
import { isObject, readNumber, readOneOf, type Site } from './site.ts';
import { checkScopes, openScope, warnOfUndefined } from './variables.ts';

export type CompileOptions = {
  /** The sentence of refusal for what cannot be asked for here; undefined for what can. @default everything can */
  readonly supports?: (resource: TaskResource) => string | undefined;
  /** What an integration does not take of its Parameters or Arguments, each with its place below them. @default it takes anything */
  readonly unsupportedFields?: UnsupportedFields;
};

export type UnsupportedFields = (
  resource: Extract<TaskResource, { kind: 'integration' }>,
  template: Json,
  language: QueryLanguage,
) => readonly Problem[];

/** What DescribeStateMachine tells: by the names of the states that refer to any variable; each list sorted. */
export type VariableReferences = Readonly<Record<string, readonly string[]>>;

type Refused = { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export type CompiledMachine =
  | Refused
  | {
      readonly ok: true;
      readonly machine: Machine;
      readonly warnings: readonly Diagnostic[];
      readonly variableReferences: VariableReferences;
    };

export function compileMachine(text: string, type: MachineType, options: CompileOptions = {}): CompiledMachine {
  const report = openReport();
  const fields = readDefinition(text, report);
  if (fields === undefined) return { ok: false, diagnostics: report.diagnostics };
  const site = openSite(fields, type, options, report);
  readOneOf(site, 'Version', ['1.0']);
  const timeoutSeconds = readNumber(site, 'TimeoutSeconds', { kind: 'integer', min: 0, max: MAX_SECONDS });
  const branch = readBranch(site, OBJECT_FIELDS.machine);
  for (const scope of site.machine.scopes) {
    checkScopes(scope, report);
    warnOfUndefined(scope, report);
  }
  if (report.hasErrors()) return { ok: false, diagnostics: report.diagnostics };
  return {
    ok: true,
    machine: { ...branch, queryLanguage: site.language, ...(timeoutSeconds !== undefined && { timeoutSeconds }) },
    warnings: report.diagnostics,
    variableReferences: referencesOf(site),
  };
}

/**
 * The machine of a definition that `compileMachine` found right: it is only taken apart, and each state when it is first asked for,
 * so that of a definition of a megabyte an execution pays for what it enters.
 */
export function checkedMachine(text: string, type: MachineType): Machine {
  const opened = openSite(JSON.parse(text) as JsonObject, type, {}, openReport());
  const site: Site = { ...opened, machine: { ...opened.machine, checked: true } };
  const timeoutSeconds = readNumber(site, 'TimeoutSeconds', { kind: 'integer', min: 0, max: MAX_SECONDS });
  const branch = readBranch(site, OBJECT_FIELDS.machine);
  return { ...branch, queryLanguage: site.language, ...(timeoutSeconds !== undefined && { timeoutSeconds }) };
}

const MAX_BYTES = 1_048_576;

function readDefinition(text: string, report: Report): JsonObject | undefined {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    report.error(`Definition must not be larger than ${MAX_BYTES} bytes`, undefined);
    return undefined;
  }
  const parsed = text.trim() === '' ? { ok: true as const, value: null } : parseJson(text);
  if (!parsed.ok) {
    report.error(parsed.message, parsed.location, 'INVALID_JSON_DESCRIPTION');
    return undefined;
  }
  if (isObject(parsed.value)) return parsed.value;
  report.error('Definition must be a valid JSON object', undefined);
  return undefined;
}

function openSite(fields: JsonObject, type: MachineType, options: CompileOptions, report: Report): Site {
  const scope = openScope();
  const machine: Site['machine'] = {
    report,
    language: 'JSONPath',
    checked: false,
    supports: options.supports,
    unsupportedFields: options.unsupportedFields,
    stateNames: new Set(),
    labels: new Set(),
    references: new Map(),
    scopes: [scope],
  };
  const outside = { at: '', state: '', edges: [], references: undefined, hasResult: false, depth: 0 };
  const site: Site = { ...outside, fields, language: 'JSONPath', report, type, scope, machine };
  const language = readLanguage(site, 'JSONPath');
  return { ...site, language, machine: { ...machine, language } };
}

/** Without a prototype: a state may be called `__proto__`. */
function referencesOf(site: Site): VariableReferences {
  const lists: Record<string, readonly string[]> = Object.create(null);
  for (const [name, variables] of site.machine.references) {
    if (variables.size > 0) lists[name] = [...variables.keys()].sort();
  }
  return lists;
}

export type CompiledState =
  | (Refused & { readonly missing: boolean })
  | {
      readonly ok: true;
      readonly name: string;
      readonly state: State;
      /** Of the machine, where there is one. */
      readonly queryLanguage: QueryLanguage;
      readonly warnings: readonly Diagnostic[];
    };

/** What AWS calls a state that is tested by itself. */
const UNNAMED = 'StateName';

/**
 * For TestState: a state by itself, whose transitions lead nowhere that could be checked; or, with a name, that state of a machine,
 * however deep in it. `missing`: the machine is right and has no such state.
 */
export function compileState(text: string, name?: string, options: CompileOptions = {}): CompiledState {
  if (name !== undefined) {
    const compiled = compileMachine(text, 'STANDARD', options);
    if (!compiled.ok) return { ...compiled, missing: false };
    const state = findState(compiled.machine, name);
    if (state === undefined) return { ok: false, missing: true, diagnostics: [] };
    return { ok: true, name, state, queryLanguage: compiled.machine.queryLanguage, warnings: compiled.warnings };
  }
  const report = openReport();
  const fields = readDefinition(text, report);
  if (fields === undefined) return { ok: false, missing: false, diagnostics: report.diagnostics };
  // The machine around it is of the state's own language, as it names none.
  const site = openSite(fields, 'STANDARD', options, openReport());
  const at = `/States/${UNNAMED}`;
  const state = readState({ ...site, report, at, state: at, machine: { ...site.machine, report } }, UNNAMED);
  for (const scope of site.machine.scopes) checkScopes(scope, report);
  if (state === undefined || report.hasErrors()) return { ok: false, missing: false, diagnostics: report.diagnostics };
  return { ok: true, name: UNNAMED, state, queryLanguage: state.flow.language, warnings: report.diagnostics };
}

function findState(branch: Branch, name: string): State | undefined {
  const found = branch.states.get(name);
  if (found) return found;
  for (const state of branch.states.values()) {
    const within = state.type === 'Parallel' ? state.branches : state.type === 'Map' ? [state.processor] : [];
    for (const inner of within) {
      const deeper = findState(inner, name);
      if (deeper) return deeper;
    }
  }
  return undefined;
}
