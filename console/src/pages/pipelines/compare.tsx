/** Two executions side by side: what they were given, how their steps fared, what came of them. */
import { useAddress } from '../../data/address.ts';
import { arnHere } from '../../data/here.ts';
import { links } from '../../data/links.ts';
import { usePages } from '../../data/queries.ts';
import { Button } from '../../parts/button.tsx';
import { Differences } from '../../parts/diff.tsx';
import { Field, Select } from '../../parts/form.tsx';
import { absolute, shortName } from '../../parts/format.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page, Section } from '../../parts/page.tsx';
import type { PageProps } from '../area.ts';
import { FigureTable, StepComparison, Summaries } from './comparisonTables.tsx';
import { isThere, type There, useExecution } from './useExecution.ts';
import { useResults } from './useResults.ts';
import './compare.css';

export function ComparePage({ params: { name } }: PageProps<'name'>) {
  const [left, chooseLeft] = useAddress('left');
  const [right, chooseRight] = useAddress('right');
  const swap = () => {
    chooseLeft(right);
    chooseRight(left);
  };
  return (
    <Page
      title={`Compare executions of ${name}`}
      crumbs={[
        { label: 'Pipelines', href: links.pipelines() },
        { label: name, href: links.pipeline(name) },
      ]}
      actions={left && right ? <Button onClick={swap}>Swap</Button> : undefined}
    >
      <div className="compare-choices">
        <Choice label="Left" pipeline={name} value={left} onChoose={chooseLeft} />
        <Choice label="Right" pipeline={name} value={right} onChoose={chooseRight} />
      </div>
      {left && right ? (
        <Comparison key={`${left} ${right}`} pipeline={name} left={left} right={right} />
      ) : (
        <Empty title="Choose two executions">
          Their parameters, definitions, steps, code, data, figures and outputs are shown beside each other.
        </Empty>
      )}
    </Page>
  );
}

type ChoiceProps = { label: string; pipeline: string; value: string | undefined; onChoose: (id: string) => void };

function Choice({ label, pipeline, value, onChoose }: ChoiceProps) {
  const arn = arnHere('sagemaker', `pipeline/${pipeline}`);
  const { items } = usePages(
    'sagemaker',
    'ListPipelineExecutions',
    { PipelineName: arn, MaxResults: 100 },
    (page) => page.PipelineExecutionSummaries,
  );
  const options = (items ?? []).map(({ PipelineExecutionArn = '', PipelineExecutionStatus, StartTime }) => {
    const id = shortName(PipelineExecutionArn);
    return { value: id, label: `${id}, ${PipelineExecutionStatus}, ${absolute(StartTime ?? Number.NaN)}` };
  });
  // One that is older than those listed is there all the same.
  const there = value === undefined || options.some((option) => option.value === value);
  const all = [...(value === undefined ? [{ value: '', label: 'Choose an execution' }] : []), ...options];
  return (
    <Field label={label}>
      <Select
        value={value ?? ''}
        options={there ? all : [{ value: value, label: value }, ...all]}
        onChange={(id) => id !== '' && onChoose(id)}
      />
    </Field>
  );
}

function Comparison({ pipeline, left, right }: { pipeline: string; left: string; right: string }) {
  const [one, other] = [useExecution(pipeline, left), useExecution(pipeline, right)];
  const error = one.error ?? other.error;
  if (error) return <Failure error={error} retry={() => [one, other].map(({ refetch }) => refetch())} />;
  if (!isThere(one) || !isThere(other)) return <Loading />;
  const labels = [left, right] as const;
  return (
    <>
      <Summaries pipeline={pipeline} ids={labels} left={one} right={other} />
      <Section title="Parameters">
        <Differences left={one.parameters} right={other.parameters} labels={labels} />
      </Section>
      <Definitions left={one} right={other} labels={labels} />
      <Section title="Steps">
        <StepComparison left={one.moves} right={other.moves} labels={labels} />
      </Section>
      <ResultsBeside left={one} right={other} labels={labels} />
    </>
  );
}

type Beside = { left: There; right: There; labels: readonly [string, string] };

/** Definitions are read once for each text: the same object is the same text. */
function Definitions({ left, right, labels }: Beside) {
  if (left.read === right.read) {
    return (
      <Section title="Definition">
        <p className="compare-quiet">Both ran by the same definition.</p>
      </Section>
    );
  }
  const definitionOf = ({ read }: There) => ('plan' in read ? read.definition : read);
  return (
    <Section title="Definition">
      <Differences left={definitionOf(left)} right={definitionOf(right)} labels={labels} />
    </Section>
  );
}

function ResultsBeside({ left, right, labels }: Beside) {
  const [one, other] = [useResults(left), useResults(right)];
  const most = Math.max(one.leftOut, other.leftOut);
  return (
    <>
      {most > 0 && (
        <p className="compare-quiet">
          What follows is of the last steps alone; {most} before them are not looked into.
        </p>
      )}
      <Section title="Code">
        <Differences {...both(one.code, other.code)} labels={labels} />
      </Section>
      <Section title="Data">
        <Differences {...both(one.data, other.data)} labels={labels} />
      </Section>
      <Section title="What the jobs have read">
        <p className="compare-quiet">
          Equal contents are the very same bytes, whatever was written to a place since. What the cache answered,
          another execution’s job has read.
        </p>
        <Differences {...both(one.read, other.read)} labels={labels} />
      </Section>
      <Section title="Figures">
        <FigureTable left={one.figures} right={other.figures} labels={labels} />
      </Section>
      <Section title="Outputs">
        <Differences left={one.outputs} right={other.outputs} labels={labels} />
      </Section>
    </>
  );
}

/** Of the steps that ran on both sides: that the others did not is told above. */
function both<Value>(left: Readonly<Record<string, Value>>, right: Readonly<Record<string, Value>>) {
  const names = Object.keys(left).filter((name) => Object.hasOwn(right, name));
  const of = (side: Readonly<Record<string, Value>>) => Object.fromEntries(names.map((name) => [name, side[name]]));
  return { left: of(left), right: of(right) };
}
