import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, DEEPEST, type Filter, MOST_FILTERS, type Operator, type SearchExpression } from './expression.ts';
import { viewOf } from './properties.ts';

const job = viewOf(
  {
    TrainingJobName: 'titanic-1',
    TrainingJobStatus: 'Completed',
    CreationTime: new Date('2026-11-27T10:00:00Z'),
    HyperParameters: { eta: '0.1', objective: 'reg:logistic', 'a.b': 'dotted' },
    FinalMetricDataList: [{ MetricName: 'validation:auc', Value: 0.91 }],
    EnableNetworkIsolation: false,
    InputDataConfig: [
      { ChannelName: 'train', DataSource: { S3DataSource: { S3Uri: 's3://data/train' } } },
      { ChannelName: 'test', DataSource: { S3DataSource: { S3Uri: 's3://data/test' } } },
    ],
  },
  [{ Key: 'team.name', Value: 'blue' }],
);

const holds = (Name: string, Operator: Operator | undefined, Value?: string): boolean =>
  compile({ Filters: [{ Name, Operator, Value }] })(job);

describe('a filter', () => {
  it.each<[string, Operator | undefined, string | undefined, boolean]>([
    ['TrainingJobStatus', undefined, 'Completed', true],
    ['TrainingJobStatus', 'Equals', 'completed', false],
    ['TrainingJobStatus', 'NotEquals', 'Failed', true],
    ['FailureReason', 'NotEquals', 'x', true],
    ['FailureReason', 'Exists', undefined, false],
    ['FailureReason', 'NotExists', undefined, true],
    ['TrainingJobName', 'Contains', 'tanic', true],
    ['TrainingJobName', 'Contains', 'TANIC', false],
    ['TrainingJobStatus', 'In', 'Failed, Completed', true],
    ['TrainingJobStatus', 'In', 'Failed,Stopped', false],
    ['HyperParameters.eta', 'LessThan', '0.2', true],
    ['HyperParameters.eta', 'Equals', '0.1', true],
    ['HyperParameters.objective', 'GreaterThan', '0', false],
    ['HyperParameters.a.b', 'Equals', 'dotted', true],
    ['Metrics.validation:auc', 'GreaterThanOrEqualTo', '0.91', true],
    ['Metrics.validation:auc', 'GreaterThan', '0.91', false],
    ['CreationTime', 'GreaterThan', '2026-11-27T09:59:59', true],
    ['CreationTime', 'LessThanOrEqualTo', '2026-11-27T10:00:00Z', true],
    ['CreationTime', 'GreaterThan', 'yesterday', false],
    ['EnableNetworkIsolation', 'Equals', 'false', true],
    ['Tags.team.name', 'Equals', 'blue', true],
    ['InputDataConfig.ChannelName', 'Equals', 'test', true],
    ['constructor', 'Exists', undefined, false],
    ['__proto__.toString', 'Exists', undefined, false],
  ])('%s %s %s', (name, operator, value, expected) => {
    expect(holds(name, operator, value)).toBe(expected);
  });

  it('needs a value where it compares, and must have none where it does not', () => {
    expect(() => holds('TrainingJobName', 'Contains')).toThrow(/needs a Value/);
    expect(() => holds('TrainingJobName', 'Exists', 'x')).toThrow(/must have no Value/);
  });
});

describe('nested filters', () => {
  const both = (channel: string, uri: string): SearchExpression => ({
    NestedFilters: [
      {
        NestedPropertyName: 'InputDataConfig',
        Filters: [
          { Name: 'InputDataConfig.ChannelName', Value: channel },
          { Name: 'InputDataConfig.DataSource.S3DataSource.S3Uri', Operator: 'Contains', Value: uri },
        ],
      },
    ],
  });

  it('hold for one and the same member', () => {
    expect(compile(both('train', '/train'))(job)).toBe(true);
    expect(compile(both('train', '/test'))(job)).toBe(false);
  });

  it('name properties of the list', () => {
    const wrong = { NestedPropertyName: 'InputDataConfig', Filters: [{ Name: 'ChannelName', Value: 'train' }] };
    expect(() => compile({ NestedFilters: [wrong] })).toThrow(/InputDataConfig\./);
  });
});

describe('the size of an expression', () => {
  it('is bounded in depth and in filters', () => {
    let deep: SearchExpression = {};
    for (let depth = 0; depth < DEEPEST; depth += 1) deep = { SubExpressions: [deep] };
    expect(() => compile(deep)).toThrow(/deep/);
    const Filters = Array.from({ length: 20 }, () => ({ Name: 'a', Value: 'b' }));
    const wide = Array.from({ length: MOST_FILTERS / 20 + 1 }, () => ({ Filters }));
    expect(() => compile({ SubExpressions: wide })).toThrow(/filters/);
  });
});

/** What expressions mean, written down a second time and as plainly as can be. */
function meant(expression: SearchExpression, view: Record<string, string>): boolean {
  const all = [
    ...(expression.Filters ?? []).map(({ Name, Operator: operator = 'Equals', Value }) => {
      const own = Object.hasOwn(view, Name!) ? view[Name!] : undefined;
      if (operator === 'Exists') return own !== undefined;
      if (operator === 'NotExists') return own === undefined;
      if (operator === 'NotEquals') return own !== Value;
      return own === Value;
    }),
    ...(expression.SubExpressions ?? []).map((inner) => meant(inner, view)),
  ];
  if (all.length === 0) return true;
  return expression.Operator === 'Or' ? all.includes(true) : !all.includes(false);
}

const name = fc.constantFrom('a', 'b', 'c');
const value = fc.constantFrom('x', 'y', 'z');
const filter: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    Name: name,
    Operator: fc.constantFrom('Equals' as const, 'NotEquals' as const, undefined),
    Value: value,
  }),
  fc.record({ Name: name, Operator: fc.constantFrom('Exists' as const, 'NotExists' as const) }),
);
const { expression } = fc.letrec<{ expression: SearchExpression }>((tie) => ({
  expression: fc.record({
    Filters: fc.array(filter, { maxLength: 3 }),
    // Bounded: of some seeds an expression would never end.
    SubExpressions: fc.oneof({ maxDepth: 4 }, fc.constant([]), fc.array(tie('expression'), { maxLength: 2 })),
    Operator: fc.constantFrom('And' as const, 'Or' as const, undefined),
  }),
}));

describe('any expression', () => {
  it('means what is written down a second time', () => {
    const bounded = expression.filter((one) => depthOf(one) <= DEEPEST);
    fc.assert(
      fc.property(bounded, fc.dictionary(name, value), (asked, view) => {
        expect(compile(asked)(view)).toBe(meant(asked, view));
      }),
    );
  });

  it('never throws when it is asked, whatever the record', () => {
    const anyName = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('a.b', '.', '..', 'a..b', 'a.'));
    const operator = fc.constantFrom<Operator>('Equals', 'LessThan', 'GreaterThan', 'Contains', 'In', 'NotEquals');
    fc.assert(
      fc.property(anyName, operator, fc.string(), fc.object({ withDate: true }), (Name, Operator, Value, record) => {
        const asked = compile({ Filters: [{ Name, Operator, Value }] });
        expect(typeof asked(record)).toBe('boolean');
      }),
    );
  });
});

function depthOf({ SubExpressions = [] }: SearchExpression): number {
  return 1 + Math.max(0, ...SubExpressions.map(depthOf));
}
