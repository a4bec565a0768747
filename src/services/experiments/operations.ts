/** The operations on experiments, trials and trial components. */
import { requestTagKeys } from '../../protocol/conditionKeys.ts';
import { type Access, type Call, type Operations, reads, writes } from '../../protocol/service.ts';
import { writeUser } from '../../protocol/userContext.ts';
import {
  createComponent,
  deleteComponent,
  describeComponent,
  requireComponent,
  summarizeComponent,
  updateComponent,
} from './components.ts';
import type { Parts, Sdk } from './context.ts';
import { experimentErrors } from './errors.ts';
import {
  createExperiment,
  createTrial,
  deleteExperiment,
  deleteTrial,
  describeExperiment,
  describeTrial,
  requireExperiment,
  requireTrial,
  summarizeExperiment,
  summarizeTrial,
} from './experiments.ts';
import { listComponents, listExperiments, listTrials } from './lists.ts';
import { getMetrics, putMetrics } from './metrics.ts';
import type { MetricQuery, PutMetrics } from './metricsApi.ts';
import { arnOf, type Noun } from './names.ts';
import type { GivenTag } from './ports.ts';

type Verb = 'Create' | 'Describe' | 'Update' | 'Delete';
type ExperimentNames = `${Verb}Experiment` | 'ListExperiments';
type TrialNames = `${Verb}Trial` | 'ListTrials';
type ComponentNames =
  | `${Verb}TrialComponent`
  | 'ListTrialComponents'
  | 'AssociateTrialComponent'
  | 'DisassociateTrialComponent';

type Named = {
  ExperimentName?: string | undefined;
  TrialName?: string | undefined;
  TrialComponentName?: string | undefined;
};

const MEMBERS = { experiment: 'ExperimentName', trial: 'TrialName', component: 'TrialComponentName' } as const;

const on =
  (noun: Noun, action: string) =>
  (input: Named, call: Call): Access[] => [
    { action: `sagemaker:${action}`, resource: arnOf(call, noun, input[MEMBERS[noun]]!) },
  ];

/** To create something with tags takes the right to tag it, too. */
const creating =
  (noun: Noun, action: string) =>
  (input: Named & { Tags?: readonly GivenTag[] | undefined }, call: Call): Access[] => {
    const keys = () => requestTagKeys(input.Tags);
    const [create] = on(noun, action)(input, call);
    const { resource } = create!;
    const tag = { action: 'sagemaker:AddTags', resource, keys };
    return [{ ...create!, keys }, ...(input.Tags?.length ? [tag] : [])];
  };

const listed = (action: string) => (): Access[] => [{ action: `sagemaker:${action}`, resource: '*' }];

export function experimentOperations(parts: Parts): Operations<Sdk, ExperimentNames> {
  const row = ({ ExperimentName }: Named, call: Call) => requireExperiment(parts, call, ExperimentName!);
  return {
    CreateExperiment: writes(creating('experiment', 'CreateExperiment'), ({ ExperimentName, ...input }, call) => ({
      ExperimentArn: createExperiment(parts, ExperimentName!, input, call).arn,
    })),
    DescribeExperiment: reads(on('experiment', 'DescribeExperiment'), (input, call) =>
      describeExperiment(row(input, call)),
    ),
    ListExperiments: reads(listed('ListExperiments'), (input, call) => {
      const { items, next } = listExperiments(parts, input, call);
      return { ExperimentSummaries: items.map(summarizeExperiment), NextToken: next };
    }),
    UpdateExperiment: writes(on('experiment', 'UpdateExperiment'), (input, call) => {
      const { id, arn, display_name, description } = row(input, call);
      parts.db.updateExperiment({
        id,
        display_name: input.DisplayName ?? display_name,
        description: input.Description ?? description,
        modified_at: call.now,
        modified_by: writeUser(call.principal),
      });
      return { ExperimentArn: arn };
    }),
    DeleteExperiment: writes(on('experiment', 'DeleteExperiment'), (input, call) => {
      const experiment = row(input, call);
      deleteExperiment(parts, experiment);
      return { ExperimentArn: experiment.arn };
    }),
  };
}

export function trialOperations(parts: Parts): Operations<Sdk, TrialNames> {
  const row = ({ TrialName }: Named, call: Call) => requireTrial(parts, call, TrialName!);
  return {
    CreateTrial: writes(creating('trial', 'CreateTrial'), ({ TrialName, ExperimentName, ...input }, call) => {
      const experiment = requireExperiment(parts, call, ExperimentName!);
      return { TrialArn: createTrial(parts, TrialName!, experiment, input, call).arn };
    }),
    DescribeTrial: reads(on('trial', 'DescribeTrial'), (input, call) => describeTrial(parts, row(input, call))),
    ListTrials: reads(listed('ListTrials'), (input, call) => {
      const { items, next } = listTrials(parts, input, call);
      return { TrialSummaries: items.map(summarizeTrial), NextToken: next };
    }),
    UpdateTrial: writes(on('trial', 'UpdateTrial'), (input, call) => {
      const { id, arn, display_name } = row(input, call);
      const modified = { modified_at: call.now, modified_by: writeUser(call.principal) };
      parts.db.updateTrial({ id, display_name: input.DisplayName ?? display_name, ...modified });
      return { TrialArn: arn };
    }),
    DeleteTrial: writes(on('trial', 'DeleteTrial'), (input, call) => {
      const trial = row(input, call);
      deleteTrial(parts, trial);
      return { TrialArn: trial.arn };
    }),
  };
}

export function componentOperations(parts: Parts): Operations<Sdk, ComponentNames> {
  const row = ({ TrialComponentName }: Named, call: Call) => requireComponent(parts, call, TrialComponentName!);
  /** Joining and leaving concern both. */
  const both = (action: string) => (input: Named, call: Call) => [
    ...on('component', action)(input, call),
    ...on('trial', action)(input, call),
  ];
  return {
    CreateTrialComponent: writes(creating('component', 'CreateTrialComponent'), (input, call) => ({
      TrialComponentArn: createComponent(parts, input, call),
    })),
    DescribeTrialComponent: reads(on('component', 'DescribeTrialComponent'), (input, call) =>
      describeComponent(parts, row(input, call)),
    ),
    ListTrialComponents: reads(listed('ListTrialComponents'), (input, call) => {
      const { items, next } = listComponents(parts, input, call);
      return { TrialComponentSummaries: items.map((item) => summarizeComponent(parts, item)), NextToken: next };
    }),
    UpdateTrialComponent: writes(on('component', 'UpdateTrialComponent'), (input, call) => {
      const component = row(input, call);
      updateComponent(parts, component, input, call);
      return { TrialComponentArn: component.arn };
    }),
    DeleteTrialComponent: writes(on('component', 'DeleteTrialComponent'), (input, call) => {
      const component = row(input, call);
      deleteComponent(parts, component);
      return { TrialComponentArn: component.arn };
    }),
    AssociateTrialComponent: writes(both('AssociateTrialComponent'), (input, call) => {
      const component = row(input, call);
      const trial = requireTrial(parts, call, input.TrialName!);
      parts.db.insertMember({ trial: trial.id, component: component.id });
      return { TrialComponentArn: component.arn, TrialArn: trial.arn };
    }),
    DisassociateTrialComponent: writes(both('DisassociateTrialComponent'), (input, call) => {
      const component = row(input, call);
      const trial = requireTrial(parts, call, input.TrialName!);
      if (parts.db.deleteMember({ trial: trial.id, component: component.id }) === 0) {
        throw experimentErrors.notAssociated(component.name, trial.name);
      }
      return { TrialComponentArn: component.arn, TrialArn: trial.arn };
    }),
  };
}

/** Points come in great numbers: the audit trail keeps them on request only. */
export function metricOperations(parts: Parts) {
  return {
    BatchPutMetrics: writes(
      ({ TrialComponentName }: PutMetrics, call): Access[] =>
        on('component', 'BatchPutMetrics')({ TrialComponentName }, call),
      (input: PutMetrics, call) => {
        const errors = putMetrics(parts, requireComponent(parts, call, input.TrialComponentName), input, call);
        return errors.length > 0 ? { Errors: errors } : {};
      },
      'data',
    ),
    BatchGetMetrics: reads(
      ({ MetricQueries }: { MetricQueries: readonly MetricQuery[] }): Access[] =>
        [...new Set(MetricQueries.map(({ ResourceArn }) => ResourceArn))].map((resource) => ({
          ...{ action: 'sagemaker:BatchGetMetrics', resource },
        })),
      ({ MetricQueries }: { MetricQueries: readonly MetricQuery[] }) => ({
        MetricQueryResults: getMetrics(parts, MetricQueries),
      }),
      'data',
    ),
  };
}
