/**
 * The values of a pipeline's parameters in one execution: those given at start, typed, over the defaults.
 *
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StartPipelineExecution.html
 */
import { MAX_PARAMETER_VALUE } from './limits.ts';
import { DOCUMENT, inside, type Place, problemList, quoteList, type Report } from './problems.ts';
import { isNumeric, scalarText } from './scalar.ts';
import { didYouMean } from './suggest.ts';
import type { ParameterDefinition, PipelineDefinition, Problem } from './types.ts';

/** As StartPipelineExecution's PipelineParameters has it: every value a string. */
export type GivenParameter = { Name: string; Value: string };

export type BoundParameters = {
  /** Typed, by name: every parameter of the pipeline. */
  values: Readonly<Record<string, string | number | boolean>>;
  /** In the pipeline's order, as ListPipelineParametersForExecution answers them. */
  listed: GivenParameter[];
};

/**
 * Binds what an execution was started with, or says everything that is wrong with it.
 *
 * Booleans may be written `True`, as Python sends them. Paths of problems begin at the request: `$.PipelineParameters[0]`.
 *
 * @example bindParameters(definition, [{ Name: 'AccuracyThreshold', Value: '0.8' }])
 */
export function bindParameters(
  definition: Pick<PipelineDefinition, 'Parameters'>,
  given: readonly GivenParameter[],
): BoundParameters | { problems: Problem[] } {
  const parameters = definition.Parameters ?? [];
  const list = problemList();
  const place = inside(DOCUMENT, 'PipelineParameters');
  const bound = bindGiven(
    new Map(parameters.map((parameter) => [parameter.Name, parameter])),
    given,
    place,
    list.report,
  );
  for (const { Name, Type, DefaultValue } of parameters) {
    if (bound.has(Name)) continue;
    if (DefaultValue !== undefined) bound.set(Name, DefaultValue);
    else {
      const message = `The parameter '${Name}' (${Type}) has no default: give it a value when you start the pipeline.`;
      list.report(place, 'missing-parameter', message);
    }
  }
  const problems = list.problems();
  if (problems.length > 0) return { problems };
  const ordered = parameters.map(({ Name }) => [Name, bound.get(Name)!] as const);
  return {
    values: Object.fromEntries(ordered),
    listed: ordered.map(([Name, value]) => ({ Name, Value: scalarText(value) })),
  };
}

type Values = Map<string, string | number | boolean>;

/** The given values by name. One that is wrong is reported and stands in as it came, so that it is not missing too. */
function bindGiven(
  known: ReadonlyMap<string, ParameterDefinition>,
  given: readonly GivenParameter[],
  place: Place,
  report: Report,
): Values {
  const bound: Values = new Map();
  for (const [index, { Name, Value }] of given.entries()) {
    const at = inside(place, index);
    const parameter = known.get(Name);
    if (!parameter) {
      const has = () => (known.size === 0 ? 'It has none.' : `It has ${quoteList([...known.keys()])}.`);
      const message = () =>
        `The pipeline has no parameter '${Name.slice(0, 80)}'. ${has()}${didYouMean(Name, known.keys())}`;
      report(inside(at, 'Name'), 'unknown-parameter', message);
    } else if (bound.has(Name)) {
      report(inside(at, 'Name'), 'duplicate-parameter', `The parameter '${Name}' is given more than once.`);
    } else bound.set(Name, checkedValue(parameter, Value, inside(at, 'Value'), report));
  }
  return bound;
}

function checkedValue(
  parameter: ParameterDefinition,
  text: string,
  place: Place,
  report: Report,
): string | number | boolean {
  const { Name, Type, EnumValues } = parameter;
  if (text.length > MAX_PARAMETER_VALUE) {
    const message = `The value of '${Name}' has ${text.length} characters; at most ${MAX_PARAMETER_VALUE} are allowed.`;
    report(place, 'too-long', message);
    return text;
  }
  const value = typedValue(Type, text);
  if (value === undefined) {
    const message = `The parameter '${Name}' is of type ${Type}, and '${text.slice(0, 80)}' is no ${EXAMPLES[Type]}.`;
    report(place, 'parameter-type', message);
    return text;
  }
  if (EnumValues && !EnumValues.includes(text)) {
    const message = `The parameter '${Name}' takes ${quoteList(EnumValues)}, and was given '${text.slice(0, 80)}'.`;
    report(place, 'enum-values', message);
  }
  return value;
}

const EXAMPLES: Readonly<Record<ParameterDefinition['Type'], string>> = {
  String: 'text',
  Integer: 'whole number such as 5',
  Float: 'number such as 0.78',
  Boolean: 'boolean: write True or False',
};

function typedValue(type: ParameterDefinition['Type'], text: string): string | number | boolean | undefined {
  if (type === 'String') return text;
  if (type === 'Float') return isNumeric(text) ? Number(text) : undefined;
  if (type === 'Integer')
    return /^[+-]?\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}
