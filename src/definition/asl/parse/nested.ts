/**
 * Parallel and Map: the states that hold graphs of their own.
 *
 * N1. A state inside takes the machine's query language unless it names another: a Map's own does not reach into its processor.
 */
import type { Evaluate } from '../scope.ts';
import type { Branch, Distributed, MachineType, MapState, ParallelState } from '../types.ts';
import { words } from './diagnostics.ts';
import { readItemBatcher, readItemReader, readResultWriter } from './distributed.ts';
import { readRequiredPath, readTemplate } from './expressions.ts';
import { checkFields, type FieldTable, OBJECT_FIELDS } from './fields.ts';
import { readFlow, readTransition } from './flow.ts';
import { readGuards } from './guards.ts';
import { isJsonataText, readJsonata, readTypedJsonata } from './jsonata.ts';
import { readFlexibleNumber } from './numbers.ts';
import {
  allowOne,
  below,
  has,
  isObject,
  member,
  readObject,
  readObjects,
  readOneOf,
  readText,
  requireFields,
  requireOne,
  type Site,
} from './site.ts';
import { openInner, openScope } from './variables.ts';

/** Reads a graph; handed in by what reads graphs, which reads these states. */
export type ReadBranch = (site: Site, fields: FieldTable) => Branch;

export function readParallel(site: Site, name: string, readBranch: ReadBranch): ParallelState {
  requireFields(site, ['Branches']);
  const branches = readObjects(site, 'Branches') ?? [];
  const listed = member(site, 'Branches');
  if (Array.isArray(listed) && listed.length === 0) site.report.error(words.empty, below(site, 'Branches'));
  return {
    type: 'Parallel',
    name,
    flow: readFlow(site),
    ...readTransition(site),
    ...readGuards(site),
    branches: branches.map((branch) => readBranch({ ...branch, scope: openInner(site.scope) }, OBJECT_FIELDS.branch)),
  };
}

const PROCESSORS = ['ItemProcessor', 'Iterator'];
const EMPTY: Branch = { startAt: '', states: new Map() };

type Mode = { readonly mode: 'INLINE' } | { readonly mode: 'DISTRIBUTED'; readonly executionType: MachineType };

export function readMap(site: Site, name: string, readBranch: ReadBranch): MapState {
  requireOne(site, PROCESSORS);
  allowOne(site, ['ItemSelector', 'Parameters']);
  const processor = readObject(site, has(site, 'ItemProcessor') ? 'ItemProcessor' : 'Iterator');
  const mode: Mode = processor ? readMode(processor) : { mode: 'INLINE' };
  // Parameters is what ItemSelector was called; the flow of a Map has none.
  const { Parameters: _, ...rest } = site.fields;
  const itemSelector = readTemplate(site, has(site, 'ItemSelector') ? 'ItemSelector' : 'Parameters');
  const items = readItems(site, mode);
  const itemsPath = member(site, 'ItemsPath');
  const tolerance = readTolerance(site);
  if (mode.mode === 'INLINE') refuseDistributed(site);
  const distributed = mode.mode === 'DISTRIBUTED' && { ...readDistributed(site, mode.executionType), ...tolerance };
  return {
    type: 'Map',
    name,
    flow: readFlow({ ...site, fields: rest }),
    ...readTransition(site),
    ...readGuards(site),
    ...(items && { items }),
    ...(site.language === 'JSONPath' && typeof itemsPath === 'string' && { itemsPath }),
    ...(itemSelector && { itemSelector }),
    maxConcurrency: readFlexibleNumber(site, 'MaxConcurrency', { kind: 'integer', min: 0 }) ?? (() => 0),
    processor: processor ? readBranch(within(processor, mode), OBJECT_FIELDS.processor) : EMPTY,
    ...(distributed && { distributed }),
  };
}

/** The items of a distributed map are executions of their own: of another type, perhaps, and with variables of their own. */
function within(processor: Site, mode: Mode): Site {
  if (mode.mode === 'INLINE') return { ...processor, scope: openInner(processor.scope) };
  const scope = openScope();
  processor.machine.scopes.push(scope);
  return { ...processor, type: mode.executionType, scope };
}

function readMode(processor: Site): Mode {
  const config = readObject(processor, 'ProcessorConfig');
  if (config === undefined) return { mode: 'INLINE' };
  checkFields(config, OBJECT_FIELDS.processorConfig);
  const mode = readOneOf(config, 'Mode', ['INLINE', 'DISTRIBUTED']) ?? 'INLINE';
  const executionType = readOneOf(config, 'ExecutionType', ['STANDARD', 'EXPRESS']) ?? 'STANDARD';
  if (mode === 'INLINE') {
    if (has(config, 'ExecutionType')) config.report.error(words.notSupported('ExecutionType'), config.at);
    return { mode };
  }
  requireFields(config, ['ExecutionType']);
  if (config.type === 'EXPRESS') {
    const message = "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines";
    config.report.error(message, below(config, 'Mode'));
  }
  return { mode, executionType };
}

/** What only maps may have whose items run as executions of their own. */
const ONLY_DISTRIBUTED = ['ItemReader', 'ItemBatcher', 'ResultWriter'];

function refuseDistributed(site: Site): void {
  for (const name of ONLY_DISTRIBUTED) if (has(site, name)) site.report.error(words.notSupported(name), site.at);
}

/** A list; of a distributed map also an object, whose entries are the items. */
function readItems(site: Site, { mode }: Mode): Evaluate | undefined {
  if (site.language === 'JSONPath') return readRequiredPath(site, 'ItemsPath');
  const items = member(site, 'Items');
  if (items === undefined) return undefined;
  const entries = mode === 'DISTRIBUTED';
  if (!isJsonataText(items)) {
    if (Array.isArray(items) || (entries && isObject(items))) return readJsonata(site, 'Items');
    site.report.error(words.type('Array'), below(site, 'Items'));
    return undefined;
  }
  const list = readTypedJsonata(site, 'Items', 'array');
  const any = entries ? readJsonata(site, 'Items') : undefined;
  if (!any || !list) return list;
  return (scope) => {
    const value = any(scope);
    return Array.isArray(value) || isObject(value) ? value : list(scope);
  };
}

function readDistributed(site: Site, executionType: MachineType): Distributed {
  const label = readLabel(site);
  const itemReader = readItemReader(site);
  const itemBatcher = readItemBatcher(site);
  const resultWriter = readResultWriter(site);
  return {
    executionType,
    definition: ownDefinition(site),
    ...(label !== undefined && { label }),
    ...(itemReader && { itemReader }),
    ...(itemBatcher && { itemBatcher }),
    ...(resultWriter && { resultWriter }),
  };
}

/** An inline map may have these too: they must be right, and say nothing. */
function readTolerance(site: Site): Pick<Distributed, 'toleratedFailureCount' | 'toleratedFailurePercentage'> {
  const count = readFlexibleNumber(site, 'ToleratedFailureCount', { kind: 'integer', min: 0 });
  const percentage = readFlexibleNumber(site, 'ToleratedFailurePercentage', { kind: 'float', min: 0, max: 100 });
  return {
    ...(count && { toleratedFailureCount: count }),
    ...(percentage && { toleratedFailurePercentage: percentage }),
  };
}

/** The processor as a document of its own, in the machine's language (N1). */
function ownDefinition(site: Site): string {
  const processor = member(site, has(site, 'ItemProcessor') ? 'ItemProcessor' : 'Iterator');
  if (!isObject(processor)) return '';
  const { ProcessorConfig: _, ...graph } = processor;
  return JSON.stringify({ QueryLanguage: site.machine.language, ...graph });
}

const LABEL_LIMIT = 40;
const NOT_IN_LABELS = /[\s\p{Cc}?*<>{}[\]:;,\\|^~$#%&`"]/u;

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html#map-state-label */
function readLabel(site: Site): string | undefined {
  const label = readText(site, 'Label');
  if (label === undefined) return undefined;
  const refuse = (message: string) => site.report.error(message, below(site, 'Label'), 'INVALID_LABEL_NAME');
  const wrong = NOT_IN_LABELS.exec(label)?.[0];
  if (label === '') refuse('Label name must not be empty');
  else if (label.length > LABEL_LIMIT) refuse(words.tooLong('Label', label, LABEL_LIMIT));
  else if (wrong !== undefined) refuse(`Invalid Label name: ${label} contains the invalid character ${quoted(wrong)}`);
  if (site.machine.labels.has(label)) {
    site.report.error(`Duplicate Label name: ${label}`, below(site, 'Label'), 'DUPLICATE_LABEL_NAME');
  }
  site.machine.labels.add(label);
  return label;
}

/** Control characters by their codes, so that the sentence can be read. */
function quoted(character: string): string {
  const code = character.charCodeAt(0);
  const hidden = code < 0x20 || (code >= 0x7f && code <= 0x9f);
  return `'${hidden ? `\\u${code.toString(16).padStart(4, '0')}` : character}'`;
}
