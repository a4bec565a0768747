/** The targets of a rule: what each is sent, how often it is tried, where it goes when that fails; and starting one by hand. */
import { useAddress } from '../../data/address.ts';
import { recordInWords, useFirings } from '../../data/firings.ts';
import { usePages } from '../../data/queries.ts';
import { startOf } from '../../data/startTarget.ts';
import { targetOf } from '../../data/targets.ts';
import type { Output } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { Json } from '../../parts/code.tsx';
import { Firings } from '../../parts/firings.tsx';
import { duration } from '../../parts/format.ts';
import { jsonOrText } from '../../parts/jsonText.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Section } from '../../parts/page.tsx';
import { quoted } from '../../parts/shell.ts';
import { type Column, DataTable } from '../../parts/table.tsx';
import { TargetLink } from '../../parts/target.tsx';
import type { Target } from './sent.ts';
import { TestTarget } from './testTarget.tsx';
import './targets.css';

type Rule = Output<'events', 'DescribeRule'>;

export function RuleTargets({ rule, bus }: { rule: Rule; bus: string }) {
  const [testing, setTesting] = useAddress('ask');
  const { items, error, more, refetch } = usePages(
    'events',
    'ListTargetsByRule',
    { Rule: rule.Name, EventBusName: bus, Limit: 100 },
    (page) => page.Targets,
  );
  if (error) return <Failure error={error} retry={refetch} />;
  if (!items) return <Loading />;
  const tested = items.find(({ Id }) => testing === `test ${Id}`);
  return (
    <div className="rule-targets">
      <DataTable
        label={`Targets of ${rule.Name}`}
        rows={items}
        keyOf={({ Id = '' }) => Id}
        more={more}
        empty={
          <Empty
            title="It has no target"
            command={`aws events put-targets --rule ${quoted(rule.Name ?? '')} --targets Id=1,Arn=ARN`}
          >
            What it matches goes nowhere yet.
          </Empty>
        }
        columns={columnsOf(({ Id = '' }) => setTesting(`test ${Id}`))}
      />
      {items.filter(shapesInput).map((target) => (
        <Section key={target.Id} title={`What ${target.Id} is sent`}>
          <Json value={shapeOf(target)} open={3} />
        </Section>
      ))}
      <Fired rule={rule} targets={items} />
      {tested && <TestTarget rule={rule} target={tested} onClose={() => setTesting(undefined)} />}
    </div>
  );
}

function Fired({ rule, targets }: { rule: Rule; targets: readonly Target[] }) {
  const { rows, error } = useFirings(rule.Arn ?? '');
  return (
    <Section title="Last firings">
      {error && <Failure error={error} />}
      {rows && <Firings rows={rows} empty={recordInWords(targets.map(({ Arn = '' }) => targetOf(Arn).kind))} />}
    </Section>
  );
}

const shapesInput = ({ Input, InputTransformer, SageMakerPipelineParameters }: Target): boolean =>
  Input !== undefined || InputTransformer !== undefined || SageMakerPipelineParameters !== undefined;

function shapeOf({ Input, InputTransformer, SageMakerPipelineParameters }: Target): unknown {
  if (Input !== undefined) return jsonOrText(Input);
  if (SageMakerPipelineParameters) return SageMakerPipelineParameters;
  return { ...InputTransformer, InputTemplate: jsonOrText(InputTransformer?.InputTemplate ?? '') };
}

/** As AWS begins with, where a target says nothing. */
const RETRY = { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 };

function columnsOf(onTest: (target: Target) => void): Column<Target>[] {
  return [
    { id: 'id', header: 'Target', width: '10rem', cell: ({ Id }) => Id },
    { id: 'to', header: 'Sends to', cell: ({ Arn = '' }) => <TargetLink {...targetOf(Arn)} /> },
    { id: 'input', header: 'Sends', width: '11rem', cell: inputInWords },
    {
      ...{ id: 'retry', header: 'Tries again', width: '12rem' },
      cell({ RetryPolicy }) {
        const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = { ...RETRY, ...RetryPolicy };
        return `${MaximumRetryAttempts} times, ${duration((MaximumEventAgeInSeconds ?? 0) * 1000)}`;
      },
    },
    {
      ...{ id: 'letters', header: 'Dead letters' },
      cell: ({ DeadLetterConfig }) =>
        DeadLetterConfig?.Arn === undefined ? 'None' : <TargetLink {...targetOf(DeadLetterConfig.Arn)} />,
    },
    {
      ...{ id: 'test', header: 'Test', width: '7rem' },
      cell: (target) =>
        startOf({ arn: target.Arn ?? '', payload: '' }) && (
          <Button onClick={() => onTest(target)} aria-label={`Test ${target.Id}`}>
            Test
          </Button>
        ),
    },
  ];
}

function inputInWords({ Input, InputPath, InputTransformer, SageMakerPipelineParameters }: Target): string {
  if (Input !== undefined) return 'Always the same';
  if (InputTransformer) return 'A template, filled in';
  if (SageMakerPipelineParameters) return 'Parameters';
  return InputPath === undefined ? 'The whole event' : InputPath;
}
