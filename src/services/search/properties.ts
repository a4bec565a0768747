/**
 * The properties of a record by their dotted names, as Search's filters have them: pure.
 *
 * P1. A name may lead through lists: it then has the values of all their members.
 * P2. Keys of maps may hold dots themselves (`Parameters.SageMaker.InstanceType`): every way to read a name is tried.
 * P3. Only a record's own members are properties.
 */

export type Leaf = string | number | boolean | Date;
export type View = Readonly<Record<string, unknown>>;

type Metric = { MetricName?: string; Value?: number; Last?: number };
type Tag = { Key: string; Value: string };

/** A metric's value, and what stands below it: a job's is one number, a component's has statistics. */
const metricsByName = (metrics: readonly Metric[], whole: boolean) =>
  Object.fromEntries(metrics.map((metric) => [metric.MetricName ?? '', whole ? metric.Value : metric]));

/**
 * A record as it is searched: tags and metrics by their names (`Tags.team`, `Metrics.validation:auc`), and a parameter's
 * value in place of what holds it (`Parameters.eta`).
 */
export function viewOf(record: View, tags: readonly Tag[]): View {
  const { FinalMetricDataList, Metrics, Parameters } = record as {
    FinalMetricDataList?: readonly Metric[];
    Metrics?: readonly Metric[];
    Parameters?: Readonly<Record<string, { NumberValue?: number; StringValue?: string }>>;
  };
  return {
    ...record,
    Tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])),
    ...(FinalMetricDataList && { Metrics: metricsByName(FinalMetricDataList, true) }),
    ...(Metrics && { Metrics: metricsByName(Metrics, false) }),
    ...(Parameters && {
      Parameters: Object.fromEntries(
        Object.entries(Parameters).map(([name, { NumberValue, StringValue }]) => [name, NumberValue ?? StringValue]),
      ),
    }),
  };
}

const isLeaf = (value: unknown): value is Leaf =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value instanceof Date;

/** What a name leads to, leaves and what holds leaves alike. */
function reached(node: unknown, name: string): unknown[] {
  if (node === undefined || node === null) return [];
  if (Array.isArray(node)) return node.flatMap((member) => reached(member, name));
  if (name === '') return [node];
  if (typeof node !== 'object' || node instanceof Date) return [];
  const found: unknown[] = [];
  for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) {
    const key = name.slice(0, end);
    if (Object.hasOwn(node, key)) found.push(...reached((node as View)[key], name.slice(end + 1)));
  }
  return found;
}

/** The values of a property; of a metric without a statistic, its last. */
export function valuesOf(view: unknown, name: string): Leaf[] {
  const found = reached(view, name);
  const leaves = found.filter(isLeaf);
  if (leaves.length > 0 || !name.startsWith('Metrics.')) return leaves;
  return found.flatMap((metric) => reached(metric, 'Last')).filter(isLeaf);
}

/** The members of a list (or the one that stands in its place), as nested filters look at them. */
export const membersOf = (view: unknown, name: string): unknown[] => reached(view, name);

/** Names of properties, for suggestions, deepest maps included; at most `most`. */
export function namesOf(view: View, most: number): string[] {
  const names = new Set<string>();
  const visit = (node: unknown, prefix: string): void => {
    if (names.size >= most) return;
    if (isLeaf(node)) names.add(prefix);
    else if (Array.isArray(node)) for (const member of node) visit(member, prefix);
    else if (typeof node === 'object' && node !== null) {
      for (const [key, value] of Object.entries(node)) visit(value, prefix === '' ? key : `${prefix}.${key}`);
    }
  };
  visit(view, '');
  return [...names];
}
