/**
 * What an expression is worth in a run: `Get`, `Std:Join` and `Std:JsonGet`, anywhere inside a value.
 *
 * R1. Total: it answers a value, the documents that must be read first, or one error; it never throws.
 * R2. All documents that a value needs are named at once, so that a step waits for one round of reads.
 * R3. Objects it makes have own members only: a key of the definition never becomes a prototype.
 *
 * https://sagemaker.readthedocs.io/en/v2/amazon_sagemaker_model_building_pipeline.html#property-references
 */

import { describeMembers, formatSegments, parseJsonPath, type Segment, select } from './jsonPath.ts';
import { MAX_DEPTH } from './limits.ts';
import { isMalformed, parseReference, type Reference } from './reference.ts';
import { isScalar, scalarText } from './scalar.ts';
import type { Expression, Json, PropertyFile, Scalar } from './types.ts';

/** What a step that has ended well leaves behind. */
export type StepResult = {
  /** What its Describe operation answers (DescribeTrainingJob, …): `Steps.<name>.<path>` walks it. */
  describe?: Json;
  /** Of Lambda and Callback steps. */
  outputParameters?: Readonly<Record<string, Scalar>>;
  /** Of Condition steps. */
  outcome?: 'True' | 'False';
  /** As the step declares them; their place is found through `describe`. */
  propertyFiles?: readonly PropertyFile[];
};

/** A JSON document that was read, or a sentence about why it could not be. */
export type DocumentOutcome = { ok: true; value: Json } | { ok: false; reason: string };

/** Where an expression finds what it names. Every lookup answers undefined for what is not there. */
export type Scope = {
  parameter(name: string): Scalar | undefined;
  /** By property: StartDateTime, PipelineArn, … */
  execution: Readonly<Record<string, string>>;
  experiment?: Readonly<Record<string, string>>;
  step(name: string): StepResult | undefined;
  /** The outcome of reading an object by its S3 URI; undefined when it has not been read yet. */
  document(uri: string): DocumentOutcome | undefined;
};

export type ResolveErrorCode =
  | 'MalformedExpression'
  | 'UnknownParameter'
  | 'UnknownExecutionProperty'
  | 'StepHasNoResult'
  | 'PropertyNotFound'
  | 'OutputParameterNotFound'
  | 'DocumentUnreadable'
  | 'JsonPathNotFound'
  | 'NotAScalar';

export type ResolveError = { code: ResolveErrorCode; message: string };
export type Resolution<T> =
  | { ok: true; value: T }
  /** S3 URIs of JSON documents that must be read before the value can be known, each once. */
  | { ok: false; needs: string[] }
  | { ok: false; error: ResolveError };

/** Everything a resolution has come upon so far: the first error, and the documents it needs. */
type Findings = { error: ResolveError | undefined; needs: Set<string> };

/**
 * The value of an expression.
 *
 * @example resolve({ 'Std:Join': { On: '/', Values: ['s3:/', { Get: 'Parameters.Bucket' }] } }, scope)
 */
export function resolve(expression: Expression, scope: Scope): Resolution<Json> {
  const findings: Findings = { error: undefined, needs: new Set() };
  const value = worth(expression, scope, findings);
  if (findings.error) return { ok: false, error: findings.error };
  if (findings.needs.size > 0) return { ok: false, needs: [...findings.needs] };
  return { ok: true, value: value ?? null };
}

/** Undefined means that `findings` says why. */
function worth(expression: Expression, scope: Scope, findings: Findings): Json | undefined {
  if (expression === null || typeof expression !== 'object') return expression;
  if (Array.isArray(expression)) return expression.map((item) => worth(item, scope, findings) ?? null);
  const members = expression as { [key: string]: Expression };
  if (Object.hasOwn(members, 'Std:Join')) return join(members['Std:Join']!, scope, findings);
  if (Object.hasOwn(members, 'Std:JsonGet')) return jsonGet(members['Std:JsonGet']!, scope, findings);
  const keys = Object.keys(members);
  if (keys.length === 1 && keys[0] === 'Get') return get(members['Get']!, scope, findings);
  return Object.fromEntries(keys.map((key) => [key, worth(members[key]!, scope, findings) ?? null]));
}

function fail(findings: Findings, code: ResolveErrorCode, message: string): undefined {
  findings.error ??= { code, message };
  return undefined;
}

// ---- Get -----------------------------------------------------------------------------------------------------------

function get(text: Expression, scope: Scope, findings: Findings): Json | undefined {
  const reference = typeof text === 'string' ? parseReference(text) : { malformed: 'it is not a string' };
  if (isMalformed(reference)) {
    return fail(findings, 'MalformedExpression', `Get cannot be read: ${written(text)}: ${reference.malformed}.`);
  }
  switch (reference.kind) {
    case 'parameter': {
      const value = scope.parameter(reference.name);
      if (value !== undefined) return value;
      return fail(findings, 'UnknownParameter', `The execution has no value for the parameter '${reference.name}'.`);
    }
    case 'execution':
      return named(scope.execution, reference.property, `Execution.${reference.property}`, findings);
    case 'experiment':
      return named(
        scope.experiment ?? {},
        reference.property,
        `PipelineExperimentConfig.${reference.property}`,
        findings,
      );
    case 'file':
      return fail(
        findings,
        'MalformedExpression',
        `'${text}' is a property file: read a value of it with Std:JsonGet.`,
      );
    default:
      return ofStep(reference, scope, findings);
  }
}

function named(
  values: Readonly<Record<string, string>>,
  key: string,
  what: string,
  findings: Findings,
): Json | undefined {
  if (Object.hasOwn(values, key)) return values[key];
  return fail(findings, 'UnknownExecutionProperty', `${what} has no value here.`);
}

type OfStep = Extract<Reference, { kind: 'property' | 'output' | 'outcome' }>;

function ofStep(reference: OfStep, scope: Scope, findings: Findings): Json | undefined {
  const result = scope.step(reference.step);
  if (!result)
    return fail(findings, 'StepHasNoResult', `Step '${reference.step}' has not succeeded in this execution.`);
  if (reference.kind === 'outcome') {
    if (result.outcome) return result.outcome === 'True';
    return fail(findings, 'PropertyNotFound', `Step '${reference.step}' has no Outcome.`);
  }
  if (reference.kind === 'output') {
    const outputs = result.outputParameters ?? {};
    if (Object.hasOwn(outputs, reference.name)) return outputs[reference.name];
    const given = `It gave back ${describeMembers({ ...outputs })}.`;
    const message = `Step '${reference.step}' gave back no output parameter '${reference.name}'. ${given}`;
    return fail(findings, 'OutputParameterNotFound', message);
  }
  const selection = select(result.describe ?? {}, reference.path);
  if (selection.found) return selection.value;
  const message = `Step '${reference.step}' has no ${formatSegments(reference.path)}: ${whatIsThere(reference.path, selection)}.`;
  return fail(findings, 'PropertyNotFound', message);
}

function whatIsThere(path: readonly Segment[], stop: { depth: number; at: Json }): string {
  const walked = formatSegments(path.slice(0, stop.depth));
  return `${walked === '' ? 'it' : `its ${walked}`} has ${describeMembers(stop.at)}`;
}

// ---- Std:Join ------------------------------------------------------------------------------------------------------

function join(join: Expression, scope: Scope, findings: Findings): Json | undefined {
  const { On: on = '', Values: values } = objectOf(join);
  if (typeof on !== 'string' || !Array.isArray(values)) {
    return fail(findings, 'MalformedExpression', 'A Std:Join needs Values, a list, and On, a string.');
  }
  const resolved = values.map((value) => worth(value, scope, findings));
  const texts: string[] = [];
  for (const [index, value] of resolved.entries()) {
    if (value === undefined) continue;
    if (isScalar(value) && value !== null) texts.push(scalarText(value));
    else {
      const what = `Value ${index + 1} of a Std:Join (${written(values[index] ?? null)})`;
      return fail(
        findings,
        'NotAScalar',
        `${what} is ${value === null ? 'null' : 'a structure'}: only texts, numbers and booleans join.`,
      );
    }
  }
  return texts.length === values.length ? texts.join(on) : undefined;
}

// ---- Std:JsonGet ---------------------------------------------------------------------------------------------------

function jsonGet(jsonGet: Expression, scope: Scope, findings: Findings): Json | undefined {
  const { PropertyFile: file, S3Uri: s3Uri, Path: path } = objectOf(jsonGet);
  const segments = typeof path === 'string' ? parseJsonPath(path) : undefined;
  if (!segments)
    return fail(findings, 'MalformedExpression', `Std:JsonGet cannot read its Path: ${written(path ?? null)}.`);
  const source = file !== undefined ? fileSource(file, scope, findings) : uriSource(s3Uri, scope, findings);
  if (!source) return undefined;
  const { uri } = source;
  const document = scope.document(uri);
  if (!document) {
    findings.needs.add(uri);
    return undefined;
  }
  if (!document.ok) return fail(findings, 'DocumentUnreadable', `${uri} could not be read as JSON: ${document.reason}`);
  const selection = select(document.value, segments);
  if (!selection.found) {
    const where = selection.depth === 0 ? 'the document' : `'${formatSegments(segments.slice(0, selection.depth))}'`;
    const there = `${where} has ${describeMembers(selection.at)}`;
    return fail(findings, 'JsonPathNotFound', `The path '${path}' was not found in ${uri}: ${there}. ${source.advice}`);
  }
  if (isShallow(selection.value)) return selection.value;
  return fail(findings, 'NotAScalar', `The value at '${path}' in ${uri} is nested more than ${MAX_DEPTH} deep.`);
}

type Source = { uri: string; advice: string };

function uriSource(s3Uri: Expression | undefined, scope: Scope, findings: Findings): Source | undefined {
  const uri = worth(s3Uri ?? null, scope, findings);
  if (uri === undefined) return undefined;
  if (typeof uri === 'string' && uri.startsWith('s3://')) {
    return { uri, advice: 'Correct the Path, or what writes this object.' };
  }
  return fail(findings, 'MalformedExpression', `S3Uri of a Std:JsonGet is ${written(uri)}: it must begin with s3://.`);
}

/** A property file lies under the S3Uri of the output that it names. */
function fileSource(file: Expression, scope: Scope, findings: Findings): Source | undefined {
  const text = objectOf(file)['Get'];
  const reference = typeof text === 'string' ? parseReference(text) : undefined;
  if (!reference || isMalformed(reference) || reference.kind !== 'file') {
    return fail(
      findings,
      'MalformedExpression',
      'PropertyFile of a Std:JsonGet must get Steps.<step>.PropertyFiles.<name>.',
    );
  }
  const { step, name } = reference;
  const result = scope.step(step);
  if (!result) return fail(findings, 'StepHasNoResult', `Step '${step}' has not succeeded in this execution.`);
  const declared = result.propertyFiles?.find(({ PropertyFileName }) => PropertyFileName === name);
  if (!declared) return fail(findings, 'PropertyNotFound', `Step '${step}' has no property file '${name}'.`);
  const path = ['ProcessingOutputConfig', 'Outputs', declared.OutputName, 'S3Output', 'S3Uri'];
  const output = select(result.describe ?? {}, path);
  if (!output.found || typeof output.value !== 'string') {
    const message = `Step '${step}' has no output '${declared.OutputName}' with an S3Uri, which holds its property file '${name}'.`;
    return fail(findings, 'PropertyNotFound', message);
  }
  const uri = `${output.value.replace(/\/$/, '')}/${declared.FilePath.replace(/^\//, '')}`;
  return { uri, advice: `Correct the Path, or what the step '${step}' writes to ${declared.FilePath}.` };
}

/** Bounds what a document may bring in, so that everything after may recurse over resolved values. */
function isShallow(value: Json): boolean {
  const open: { value: Json; depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.depth > MAX_DEPTH) return false;
    if (next.value === null || typeof next.value !== 'object') continue;
    for (const child of Object.values(next.value)) open.push({ value: child, depth: next.depth + 1 });
  }
  return true;
}

/** An expression or a value as it stands in JSON, for messages. */
function written(expression: Expression): string {
  return JSON.stringify(expression).slice(0, 200);
}

function objectOf(expression: Expression): { [key: string]: Expression } {
  const isObject = typeof expression === 'object' && expression !== null && !Array.isArray(expression);
  return isObject ? (expression as { [key: string]: Expression }) : {};
}

/**
 * The outcome of reading a document's text, for `Scope.document`.
 *
 * @example parseDocument('{"accuracy": NaN}') // { ok: false, reason: '… NaN …' }
 */
export function parseDocument(text: string): DocumentOutcome {
  try {
    return { ok: true, value: JSON.parse(text.replace(/^\uFEFF/, '')) as Json };
  } catch (error) {
    if (text.trim() === '') return { ok: false, reason: 'it is empty.' };
    const detail = error instanceof Error ? error.message : String(error);
    const hint = /\b(NaN|-?Infinity)\b/.test(text) ? ' JSON has no NaN or Infinity: write null or a number.' : '';
    return { ok: false, reason: `it is not JSON (${detail.slice(0, 200)}).${hint}` };
  }
}
