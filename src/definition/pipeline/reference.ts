/**
 * What a `Get` may name. One parser, used by the rules (does it reach?) and by the resolver (what is it worth?).
 */

import { parseJsonPath, type Segment } from './jsonPath.ts';
import {
  EXECUTION_PROPERTIES,
  EXPERIMENT_PROPERTIES,
  type ExecutionProperty,
  type ExperimentProperty,
} from './limits.ts';

export type Reference =
  | { kind: 'parameter'; name: string }
  | { kind: 'execution'; property: ExecutionProperty }
  | { kind: 'experiment'; property: ExperimentProperty }
  /** A member of what the step's Describe operation answers. */
  | { kind: 'property'; step: string; path: Segment[] }
  /** A value that a Lambda or Callback step gave back. */
  | { kind: 'output'; step: string; name: string }
  /** A Condition step's verdict. */
  | { kind: 'outcome'; step: string }
  /** A property file: only as the PropertyFile of a Std:JsonGet. */
  | { kind: 'file'; step: string; name: string };

export type StepReference = Extract<Reference, { step: string }>;

/** A sentence about why a text is no reference, without its final full stop. */
export type Malformed = { malformed: string };

const ROOTS = 'Parameters.<name>, Steps.<step>.<path>, Execution.<property> or PipelineExperimentConfig.<property>';

/**
 * The parts of the text of a `Get`.
 *
 * @example parseReference("Steps.prep.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri")
 */
export function parseReference(text: string): Reference | Malformed {
  const dot = text.indexOf('.');
  const root = dot < 0 ? text : text.slice(0, dot);
  const rest = dot < 0 ? '' : text.slice(dot + 1);
  switch (root) {
    case 'Parameters':
      return rest === '' ? { malformed: "'Parameters.' is followed by no name" } : { kind: 'parameter', name: rest };
    case 'Execution':
      return executionReference(rest);
    case 'PipelineExperimentConfig':
      return experimentReference(rest);
    case 'Steps':
      return stepReference(rest);
    default:
      return { malformed: `it begins with none of ${ROOTS}` };
  }
}

export function isMalformed(reference: Reference | Malformed): reference is Malformed {
  return 'malformed' in reference;
}

function executionReference(property: string): Reference | Malformed {
  const known = EXECUTION_PROPERTIES.find((name) => name === property);
  if (known) return { kind: 'execution', property: known };
  return { malformed: `an execution has no property '${property}', it has ${EXECUTION_PROPERTIES.join(', ')}` };
}

function experimentReference(property: string): Reference | Malformed {
  const known = EXPERIMENT_PROPERTIES.find((name) => name === property);
  if (known) return { kind: 'experiment', property: known };
  return { malformed: `PipelineExperimentConfig has no property '${property}', it has ExperimentName and TrialName` };
}

function stepReference(rest: string): Reference | Malformed {
  const dot = rest.indexOf('.');
  if (dot <= 0) return { malformed: 'after Steps there must be a step and a property of it: Steps.<step>.<path>' };
  const step = rest.slice(0, dot);
  const path = rest.slice(dot + 1);
  if (path === 'Outcome') return { kind: 'outcome', step };
  if (path.startsWith('PropertyFiles.')) return { kind: 'file', step, name: path.slice('PropertyFiles.'.length) };
  const segments = parseJsonPath(path);
  if (!segments || segments.length === 0 || path.startsWith('$')) {
    return { malformed: `'${path}' is not a path: write names with dots between them, ['name'] or [0] for items` };
  }
  if (segments[0] !== 'OutputParameters') return { kind: 'property', step, path: segments };
  const name = segments[1];
  if (segments.length !== 2 || typeof name !== 'string') {
    return { malformed: "a step's output parameter is written OutputParameters['name']" };
  }
  return { kind: 'output', step, name };
}
