/**
 * What a pipeline is started with: the form's texts, what is wrong with them, and the request and command lines they make.
 *
 * F1. What is refused here is what the server refuses, in its words: both bind parameters by the same function.
 * F2. Only what differs from the defaults is sent, so that a new default is not hidden by an old one.
 */

import { bindParameters } from '../../../../src/definition/pipeline/parameters.ts';
import { scalarText } from '../../../../src/definition/pipeline/scalar.ts';
import type { ParameterDefinition, PipelineDefinition } from '../../../../src/definition/pipeline/types.ts';
import { quoted } from '../../parts/shell.ts';

export type Texts = Readonly<Record<string, string>>;
export type Given = { Name: string; Value: string };

export const defaultText = ({ DefaultValue }: ParameterDefinition): string =>
  DefaultValue === undefined ? '' : scalarText(DefaultValue);

/** What the form shows at first: the values of an execution, where one is repeated, over the defaults. */
export function initialTexts(parameters: readonly ParameterDefinition[], repeated: Texts = {}): Texts {
  return Object.fromEntries(
    parameters.map((parameter) => [parameter.Name, repeated[parameter.Name] ?? defaultText(parameter)]),
  );
}

/**
 * What is sent. A text that is empty where there is no default is not given at all.
 *
 * @param all the defaults, too: who goes on from another execution gets that one's values for what is not given
 */
export function givenOf(parameters: readonly ParameterDefinition[], texts: Texts, all = false): Given[] {
  return parameters.flatMap((parameter) => {
    const Value = texts[parameter.Name] ?? '';
    const { DefaultValue } = parameter;
    if (DefaultValue === undefined ? Value === '' : !all && Value === defaultText(parameter)) return [];
    return [{ Name: parameter.Name, Value }];
  });
}

/** By parameter, why its text will be refused; empty when all is well. */
export function faultsOf(
  definition: Pick<PipelineDefinition, 'Parameters'>,
  texts: Texts,
): Readonly<Record<string, string>> {
  const parameters = definition.Parameters ?? [];
  const given = givenOf(parameters, texts);
  const bound = bindParameters(definition, given);
  if (!('problems' in bound)) return {};
  const faults: Record<string, string> = {};
  for (const { path, rule, message } of bound.problems) {
    const index = /PipelineParameters\[(\d+)\]/.exec(path)?.[1];
    const name = index === undefined ? /The parameter '([^']+)'/.exec(message)?.[1] : given[Number(index)]?.Name;
    if (name !== undefined)
      faults[name] ??= rule === 'missing-parameter' ? 'It has no default: give it a value.' : message;
  }
  return faults;
}

export function telarRun(pipeline: string, given: readonly Given[]): string {
  const parameters = given.map(({ Name, Value }) => ` -p ${quoted(`${Name}=${Value}`)}`);
  return `telar run ${quoted(pipeline)} --no-publish${parameters.join('')}`;
}

type Further = { version?: number | undefined; selective?: object | undefined };

/** The shorthand of the AWS CLI splits at commas and quotes: with those in a value, JSON is what it takes. */
export function awsStart(pipeline: string, given: readonly Given[], { version, selective }: Further = {}): string {
  const plain = given.every(({ Value }) => /^[^,"'\\=[\]{}]+$/.test(Value));
  const parameters = plain
    ? given.map(({ Name, Value }) => quoted(`Name=${Name},Value=${Value}`)).join(' ')
    : quoted(JSON.stringify(given));
  return [
    `aws sagemaker start-pipeline-execution --pipeline-name ${quoted(pipeline)}`,
    ...(version === undefined ? [] : [`--pipeline-version-id ${version}`]),
    ...(given.length > 0 ? [`--pipeline-parameters ${parameters}`] : []),
    ...(selective ? [`--selective-execution-config ${quoted(JSON.stringify(selective))}`] : []),
  ].join(' ');
}
