/**
 * Which fields an object of the language has: a table each, read by one rule.
 *
 * F1. A field that no table of its object names is refused; one that belongs to the other query language is refused in those words.
 */
import type { QueryLanguage, StateType } from '../types.ts';
import { words } from './diagnostics.ts';
import type { Site } from './site.ts';

export type FieldTable = Readonly<Record<'both' | QueryLanguage, ReadonlySet<string>>>;

const set = (names = ''): ReadonlySet<string> => new Set(names.split(' '));
const table = (both: string, JSONPath?: string, JSONata?: string): FieldTable => ({
  both: set(both),
  JSONPath: set(JSONPath),
  JSONata: set(JSONata),
});

const ANY = 'Type Comment QueryLanguage';
const GUARDED = 'Retry Catch';

export const STATE_FIELDS: Readonly<Record<StateType, FieldTable>> = {
  Task: table(
    `${ANY} Next End Assign ${GUARDED} Resource Credentials TimeoutSeconds HeartbeatSeconds`,
    'InputPath OutputPath ResultPath Parameters ResultSelector TimeoutSecondsPath HeartbeatSecondsPath',
    'Arguments Output',
  ),
  Wait: table(`${ANY} Next End Assign Seconds Timestamp`, 'InputPath OutputPath SecondsPath TimestampPath', 'Output'),
  Pass: table(`${ANY} Next End Assign`, 'InputPath OutputPath ResultPath Parameters Result', 'Output'),
  Succeed: table(ANY, 'InputPath OutputPath', 'Output'),
  Fail: table(`${ANY} Error Cause`, 'ErrorPath CausePath'),
  Choice: table(`${ANY} Assign Choices Default`, 'InputPath OutputPath', 'Output'),
  Parallel: table(
    `${ANY} Next End Assign ${GUARDED} Branches`,
    'InputPath OutputPath ResultPath Parameters ResultSelector',
    'Arguments Output',
  ),
  Map: table(
    `${ANY} Next End Assign ${GUARDED} ItemProcessor Iterator ItemSelector ItemReader ItemBatcher ResultWriter Label ` +
      'MaxConcurrency ToleratedFailureCount ToleratedFailurePercentage',
    'InputPath OutputPath ResultPath Parameters ResultSelector ItemsPath MaxConcurrencyPath ' +
      'ToleratedFailureCountPath ToleratedFailurePercentagePath',
    'Items Output',
  ),
};

export const STATE_TYPES = Object.keys(STATE_FIELDS) as StateType[];

export const OBJECT_FIELDS = {
  machine: table('Comment QueryLanguage StartAt States TimeoutSeconds Version'),
  branch: table('Comment StartAt States'),
  processor: table('Comment StartAt States ProcessorConfig'),
  processorConfig: table('Mode ExecutionType'),
  retrier: table('Comment ErrorEquals IntervalSeconds MaxAttempts BackoffRate MaxDelaySeconds JitterStrategy'),
  catcher: table('Comment ErrorEquals Next Assign', 'ResultPath', 'Output'),
  jsonataRule: table('Comment Next Assign Condition', '', 'Output'),
  itemReader: table('Resource ReaderConfig', 'Parameters', 'Arguments'),
  readerConfig: table(
    'InputType Transformation ManifestType CSVHeaderLocation CSVHeaders CSVDelimiter MaxItems ItemsPointer',
    'MaxItemsPath',
  ),
  itemBatcher: table(
    'BatchInput MaxItemsPerBatch MaxInputBytesPerBatch',
    'MaxItemsPerBatchPath MaxInputBytesPerBatchPath',
  ),
  resultWriter: table('Resource WriterConfig', 'Parameters', 'Arguments'),
  writerConfig: table('OutputType Transformation'),
} as const satisfies Record<string, FieldTable>;

/** F1. */
export function checkFields(site: Site, fields: FieldTable): void {
  const other = site.language === 'JSONPath' ? 'JSONata' : 'JSONPath';
  for (const name of Object.keys(site.fields)) {
    if (fields.both.has(name) || fields[site.language].has(name)) continue;
    const message = fields[other].has(name)
      ? words.otherLanguage(site.language, name, other)
      : words.notSupported(name);
    site.report.error(message, site.at);
  }
}
