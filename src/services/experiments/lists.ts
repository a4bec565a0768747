/** The lists of experiments, trials and trial components: filters, orders and pages. */
import { type NamedListInput, pageOf, SAGEMAKER_PAGE } from '../../protocol/pages.ts';
import type { Call, InputOf } from '../../protocol/service.ts';
import type { KeysetQuery } from '../../store/keyset.ts';
import { requireComponent } from './components.ts';
import type { Parts, Sdk } from './context.ts';
import { experimentErrors } from './errors.ts';
import { requireExperiment, requireTrial } from './experiments.ts';
import type { NamedRow } from './store.ts';

function page<Row extends NamedRow>(
  operation: string,
  rows: (query: KeysetQuery) => Row[],
  own: KeysetQuery['filters'],
  input: NamedListInput,
) {
  const sort = input.SortBy ?? 'CreationTime';
  const order = input.SortOrder ?? 'Descending';
  const filters = {
    ...own,
    createdAfter: input.CreatedAfter?.getTime(),
    createdBefore: input.CreatedBefore?.getTime(),
  };
  return pageOf<Row>(
    {
      query: { operation, ...filters, sort, order },
      token: input.NextToken,
      limit: input.MaxResults ?? SAGEMAKER_PAGE,
    },
    (after, limit) => rows({ filters, sort, order, after, limit }),
    (row) => [sort === 'Name' ? row.name : row.created_at, row.id],
  );
}

export const listExperiments = ({ db }: Parts, input: InputOf<Sdk, 'ListExperiments'>, { region }: Call) =>
  page('ListExperiments', db.experiments, { region }, input);

export function listTrials(parts: Parts, input: InputOf<Sdk, 'ListTrials'>, call: Call) {
  const { ExperimentName, TrialComponentName } = input;
  const experiment = ExperimentName === undefined ? null : requireExperiment(parts, call, ExperimentName).id;
  const component = TrialComponentName === undefined ? null : requireComponent(parts, call, TrialComponentName).id;
  return page('ListTrials', parts.db.trials, { region: call.region, experiment, component }, input);
}

export function listComponents(parts: Parts, input: InputOf<Sdk, 'ListTrialComponents'>, call: Call) {
  const { ExperimentName, TrialName, SourceArn: job } = input;
  if (ExperimentName !== undefined && (TrialName !== undefined || job !== undefined)) {
    throw experimentErrors.filtersTogether();
  }
  const experiment = ExperimentName === undefined ? null : requireExperiment(parts, call, ExperimentName).id;
  const trial = TrialName === undefined ? null : requireTrial(parts, call, TrialName).id;
  return page('ListTrialComponents', parts.db.components, { region: call.region, experiment, trial, job }, input);
}
