/**
 * Search and its suggestions: every record of a resource is looked at, in slices.
 *
 * S1. The loop is never held: others come first after a few milliseconds.
 * S2. Memory is bounded by the page: of the records that match, only those of the page are kept.
 */
import { best, fromPosition, type SortKey, sortKey, toPosition } from '../../base/best.ts';
import type { Clock } from '../../base/clock.ts';
import { paced } from '../../base/pace.ts';
import type { Api } from '../../protocol/api.ts';
import { decodeToken, encodeToken, SAGEMAKER_PAGE } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import { searchErrors } from './errors.ts';
import { compile, type Predicate } from './expression.ts';
import { type Found, RESOURCES, type Resource, type SearchPorts } from './ports.ts';
import { namesOf, type View, valuesOf, viewOf } from './properties.ts';

export type Sdk = typeof import('@aws-sdk/client-sagemaker');
export type SearchInput = InputOf<Sdk, 'Search'>;
export type SearchOutput = OutputOf<Sdk, 'Search'>;

export type Parts = { api: Api; clock: Clock; ports: SearchPorts };

/** Records read at once: some 100 microseconds each. */
const READ = 5;
/** Records whose properties are suggested, and suggestions given. */
const LOOKED_AT = 200;
const SUGGESTED = 100;

/** The member of a result that holds a record. */
const MEMBERS: Readonly<Record<Resource, string>> = {
  TrainingJob: 'TrainingJob',
  Pipeline: 'Pipeline',
  PipelineExecution: 'PipelineExecution',
  ModelPackage: 'ModelPackage',
  ModelPackageGroup: 'ModelPackageGroup',
  Experiment: 'Experiment',
  ExperimentTrial: 'Trial',
  ExperimentTrialComponent: 'TrialComponent',
};

const isResource = (name: string): name is Resource => (RESOURCES as readonly string[]).includes(name);

function resourceOf(name: string): Resource {
  if (!isResource(name)) throw searchErrors.resource(name, RESOURCES);
  return name;
}

type Searched = { arn: string; record: View; view: View };

/** All records of a resource as they are searched, giving way to others between slices. */
async function* records({ clock, ports }: Parts, resource: Resource, region: string): AsyncGenerator<Searched[]> {
  const pace = paced(clock);
  for (let after: Found['after'] | undefined; ; ) {
    const found = ports.sources[resource](region, after, READ);
    yield found.map(({ arn, record }) => {
      const tags = ports.tagsOf(arn);
      return { arn, record: { ...record, Tags: tags }, view: viewOf(record, tags) };
    });
    if (found.length < READ) return;
    after = found.at(-1)!.after;
    await pace();
  }
}

export async function search(parts: Parts, input: SearchInput, call: Call): Promise<SearchOutput> {
  const resource = resourceOf(input.Resource!);
  if (input.CrossAccountFilterOption === 'CrossAccount') throw searchErrors.crossAccount();
  const matches = compile(input.SearchExpression);
  const visible = visibility(input.VisibilityConditions);
  const { NextToken: token, MaxResults: limit = SAGEMAKER_PAGE, ...asked } = input;
  const { SortBy: by = 'LastModifiedTime', SortOrder: order = 'Descending' } = asked;
  const query = { operation: 'Search', region: call.region, ...asked };
  const position = token === undefined ? undefined : decodeToken(query, token);
  if (token !== undefined && !position) throw searchErrors.staleToken();
  const after = position && fromPosition(position);
  const first = best<View>(limit + 1, order, after);
  let hits = 0;
  for await (const slice of records(parts, resource, call.region)) {
    for (const { arn, record, view } of slice) {
      if (!matches(view) || !visible(view)) continue;
      hits += 1;
      first.offer({ key: keyOf(view, by), tie: arn, item: record });
    }
  }
  const page = first.kept.slice(0, limit);
  const last = page.at(-1);
  return {
    Results: page.map(({ item }) => ({ [MEMBERS[resource]]: item })),
    TotalHits: { Value: hits, Relation: 'EqualTo' },
    NextToken: first.kept.length > limit && last ? encodeToken(query, toPosition(last)) : undefined,
  };
}

/** What was never changed was changed last when it was made. */
function keyOf(view: View, by: string): SortKey {
  const [value] = valuesOf(view, by);
  return sortKey(value ?? (by === 'LastModifiedTime' ? valuesOf(view, 'CreationTime')[0] : undefined));
}

/** A record that has a key of the conditions must have its value; one that has none of them is seen. */
function visibility(conditions: SearchInput['VisibilityConditions']): Predicate {
  if (!conditions?.length) return () => true;
  return (view) =>
    conditions.every(({ Key, Value }) => {
      const values = valuesOf(view, Key ?? '');
      return values.length === 0 || values.some((value) => String(value) === Value);
    });
}

export async function suggest(
  parts: Parts,
  input: InputOf<Sdk, 'GetSearchSuggestions'>,
  call: Call,
): Promise<OutputOf<Sdk, 'GetSearchSuggestions'>> {
  const resource = resourceOf(input.Resource!);
  const hint = input.SuggestionQuery?.PropertyNameQuery?.PropertyNameHint ?? '';
  const names = new Set<string>();
  let looked = 0;
  for await (const slice of records(parts, resource, call.region)) {
    for (const { view } of slice) {
      for (const name of namesOf(view, LOOKED_AT)) if (name.startsWith(hint)) names.add(name);
    }
    looked += slice.length;
    if (looked >= LOOKED_AT) break;
  }
  const suggested = [...names].sort().slice(0, SUGGESTED);
  return { PropertyNameSuggestions: suggested.map((PropertyName) => ({ PropertyName })) };
}
