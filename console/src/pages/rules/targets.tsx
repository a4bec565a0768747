/** The targets of a rule: what each is sent, how often it is tried, where it goes when that fails; and starting one by hand. */
import { useState } from 'react';
import { recordInWords, useFirings } from '../../data/firings.ts';
import { usePages } from '../../data/queries.ts';
import { startOf, useStartTarget } from '../../data/startTarget.ts';
import { targetOf } from '../../data/targets.ts';
import type { Output } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { Json } from '../../parts/code.tsx';
import { Firings } from '../../parts/firings.tsx';
import { duration } from '../../parts/format.ts';
import { indented, jsonOrText } from '../../parts/jsonText.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Section } from '../../parts/page.tsx';
import { StartDialog } from '../../parts/startDialog.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { TargetLink } from '../../parts/target.tsx';
import { placeOf } from './place.ts';
import { eventOf, sampleFor } from './samples.ts';
import './targets.css';

type Rule = Output<'events', 'DescribeRule'>;
type Target = NonNullable<Output<'events', 'ListTargetsByRule'>['Targets']>[number];

export function RuleTargets({ rule, bus }: { rule: Rule; bus: string }) {
  const [testing, setTesting] = useState<Target>();
  const { items, error, more, refetch } = usePages(
    'events',
    'ListTargetsByRule',
    { Rule: rule.Name, EventBusName: bus, Limit: 100 },
    (page) => page.Targets,
  );
  if (error) return <Failure error={error} retry={refetch} />;
  if (!items) return <Loading />;
  return (
    <div className="rule-targets">
      <DataTable
        label={`Targets of ${rule.Name}`}
        rows={items}
        keyOf={({ Id = '' }) => Id}
        more={more}
        empty={
          <Empty title="It has no target" command={`aws events put-targets --rule ${rule.Name} --targets Id=1,Arn=ARN`}>
            What it matches goes nowhere yet.
          </Empty>
        }
        columns={columnsOf(setTesting)}
      />
      {items.filter(shapesInput).map((target) => (
        <Section key={target.Id} title={`What ${target.Id} is sent`}>
          <Json value={shapeOf(target)} open={3} />
        </Section>
      ))}
      <Fired rule={rule} targets={items} />
      {testing && <TestTarget rule={rule} target={testing} onClose={() => setTesting(undefined)} />}
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

function TestTarget({ rule, target, onClose }: { rule: Rule; target: Target; onClose(): void }) {
  const start = useStartTarget();
  const arn = target.Arn ?? '';
  const { kind, name } = targetOf(arn);
  const asked = (payload: string) => ({
    ...{ arn, payload, messageGroupId: target.SqsParameters?.MessageGroupId },
    event: { source: 'by.hand', detailType: `Test of ${rule.Name}` },
  });
  return (
    <StartDialog
      open
      onClose={onClose}
      title={`Test ${target.Id} of ${rule.Name}`}
      label={kind === 'Pipeline' ? 'Parameters' : 'What it is sent'}
      hint={
        target.InputTransformer || target.InputPath
          ? 'A sample event. The rule makes something else of it, which is for you to write here.'
          : undefined
      }
      json={kind !== 'Queue' && kind !== 'Topic'}
      initial={initialOf(rule, target)}
      action="Send now"
      commandOf={(payload) => startOf(asked(payload))?.command}
      start={(payload) => start.mutateAsync(asked(payload))}
    >
      {kind} <b>{name}</b> gets it at once, from you: it takes your permission for{' '}
      <code>{startOf(asked(''))?.operation}</code>, not that of the rule. Neither its pattern nor its state matters.
    </StartDialog>
  );
}

function initialOf(rule: Rule, target: Target): string {
  const arn = target.Arn ?? '';
  if (targetOf(arn).kind === 'Pipeline') {
    const parameters = target.SageMakerPipelineParameters?.PipelineParameterList ?? [];
    return indented(Object.fromEntries(parameters.map(({ Name = '', Value = '' }) => [Name, Value])));
  }
  if (target.Input !== undefined) return target.Input;
  const scheduled = rule.EventPattern === undefined ? '{"detail-type":["Scheduled Event"]}' : rule.EventPattern;
  return indented(eventOf(sampleFor(scheduled), placeOf(rule.Arn ?? '')));
}
