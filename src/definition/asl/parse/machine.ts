/**
 * A definition's text becomes a machine, or the list of all that is wrong with it.
 *
 * M1. The same text gives the same machine: compiling reads nothing else. (What is stored was compiled before, and is again.)
 * M2. No text throws, overflows the stack, or takes longer than its length warrants.
 */
import type { JsonObject } from '../scope.ts';
import type { Machine, MachineType, TaskResource } from '../types.ts';
import { readBranch, readLanguage } from './branch.ts';
import { type Diagnostic, openReport, type Report } from './diagnostics.ts';
import { OBJECT_FIELDS } from './fields.ts';
import { parseJson } from './json.ts';
import { MAX_SECONDS } from './numbers.ts';
import { isObject, readNumber, readOneOf, type Site } from './site.ts';

export type CompileOptions = {
  /** The sentence of refusal for what cannot be asked for here; undefined for what can. @default everything can */
  readonly supports?: (resource: TaskResource) => string | undefined;
};

/** By the names of the states that refer to any; each list sorted. */
export type VariableReferences = Readonly<Record<string, readonly string[]>>;

export type CompiledMachine =
  | {
      readonly ok: true;
      readonly machine: Machine;
      readonly warnings: readonly Diagnostic[];
      readonly variableReferences: VariableReferences;
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export function compileMachine(text: string, type: MachineType, options: CompileOptions = {}): CompiledMachine {
  const report = openReport();
  const fields = readDefinition(text, report);
  return fields ? compile(fields, type, options, report) : { ok: false, diagnostics: report.diagnostics };
}

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

const MAX_BYTES = 1_048_576;

function compile(fields: JsonObject, type: MachineType, options: CompileOptions, report: Report): CompiledMachine {
  const references = new Map<string, Set<string>>();
  const bare: Site = {
    fields,
    at: '',
    language: 'JSONPath',
    report,
    type,
    references: undefined,
    depth: 0,
    machine: {
      report,
      language: 'JSONPath',
      supports: options.supports,
      stateNames: new Set(),
      labels: new Set(),
      references,
    },
  };
  const language = readLanguage(bare, 'JSONPath');
  const site: Site = { ...bare, language, machine: { ...bare.machine, language } };
  readOneOf(site, 'Version', ['1.0']);
  const timeoutSeconds = readNumber(site, 'TimeoutSeconds', { kind: 'integer', min: 0, max: MAX_SECONDS });
  const branch = readBranch(site, OBJECT_FIELDS.machine);
  if (report.diagnostics.some(({ severity }) => severity === 'ERROR')) {
    return { ok: false, diagnostics: report.diagnostics };
  }
  const machine: Machine = {
    ...branch,
    queryLanguage: language,
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
  };
  return { ok: true, machine, warnings: report.diagnostics, variableReferences: listed(references) };
}

/** Null-prototyped: a state may be called `__proto__`. */
function listed(references: ReadonlyMap<string, ReadonlySet<string>>): VariableReferences {
  const lists: Record<string, readonly string[]> = Object.create(null);
  for (const [name, variables] of references) if (variables.size > 0) lists[name] = [...variables].sort();
  return lists;
}
