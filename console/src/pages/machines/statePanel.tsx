/** A state of an execution, beside its graph: what became of it, why, its attempts, what it began, its data. */
import { type ReactNode, useMemo } from 'react';
import { handlingOf, languageAdvice } from '../../../../src/definition/asl/advice.ts';
import type { Visit } from '../../../../src/definition/asl/history/fold.ts';
import type { Attempt } from '../../../../src/definition/asl/history/work.ts';
import { type DefinedState, statesOf } from '../../../../src/definition/asl/states.ts';
import { diagnose } from '../../../../src/definition/diagnoses/diagnoses.ts';
import { useAddress, useAsked } from '../../data/address.ts';
import { Button } from '../../parts/button.tsx';
import { Json } from '../../parts/code.tsx';
import { CopyCommand } from '../../parts/command.tsx';
import { Field, Select } from '../../parts/form.tsx';
import { absolute } from '../../parts/format.ts';
import { LongText } from '../../parts/longText.tsx';
import { Banner, Empty } from '../../parts/notice.tsx';
import { Facts } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Duration } from '../../parts/time.tsx';
import { phraseOf } from '../../parts/tone.ts';
import { begunBy } from './begun.ts';
import { commands } from './commands.ts';
import { offeredVisits, placeWords, type StateSummary, tellingVisit } from './fold.ts';
import { parsed } from './json.ts';
import type { Seen } from './seen.ts';
import { TestDialog } from './testState.tsx';

export function StatePanel({ seen, name }: { seen: Seen; name: string | undefined }) {
  const [testing, setTesting] = useAsked('test');
  const [chosen, choose] = useAddress('visit');
  const states = useMemo(() => statesOf(seen.definition), [seen.definition]);
  if (name === undefined) return <Empty title="No state is selected">Select one to see what it did.</Empty>;
  const summary = seen.summaries.get(name);
  const visit = summary && (summary.visits.find(({ id }) => String(id) === chosen) ?? tellingVisit(summary));
  const defined = states.get(name);
  const { executionArn = '' } = seen.execution;
  const { definition, roleArn } = seen;
  return (
    <>
      <div className="machines-panel-head">
        <h2 className="machines-state">{name}</h2>
        <Button onClick={() => setTesting(true)}>Test this state</Button>
      </div>
      {!visit && <NotEntered seen={seen} within={defined?.within} />}
      {summary && summary.visits.length > 1 && visit && (
        <VisitChoice summary={summary} visit={visit} onChoose={choose} />
      )}
      {visit && <VisitDetails visit={visit} states={states} />}
      {defined && <Data title="Definition" open={0} value={defined.state} />}
      <CopyCommand command={summary?.ofItems ? commands.history(executionArn) : commands.why(executionArn, name)} />
      {testing && (
        <TestDialog
          arn={executionArn}
          {...{ definition, roleArn, name }}
          input={visit?.input}
          onClose={() => setTesting(false)}
        />
      )}
    </>
  );
}

/** What stands in a distributed Map runs in executions of its own. */
function NotEntered({ seen, within }: { seen: Seen; within: string | undefined }) {
  const run = within === undefined ? undefined : seen.summaries.get(within)?.visits.at(-1)?.mapRunArn;
  if (run === undefined) return <Empty title="It was not entered" />;
  return (
    <Empty title="It runs in executions of its own">
      Each item of {within}, or each batch of them, is <RunLink arn={run}>an execution of its map run</RunLink>.
    </Empty>
  );
}

function RunLink({ arn, children }: { arn: string; children: ReactNode }) {
  return <a href={`?tab=runs&run=${encodeURIComponent(arn)}`}>{children}</a>;
}

type States = ReadonlyMap<string, DefinedState>;
type Choice = { summary: StateSummary; visit: Visit; onChoose(id: string): void };

function VisitChoice({ summary, visit, onChoose }: Choice) {
  const { visits, counts } = summary;
  const offered = offeredVisits(summary, visit);
  const told = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count.toLocaleString('en-GB')} ${status.toLowerCase()}`)
    .join(', ');
  const hint = offered.length < visits.length ? `${told}; ${offered.length} of them are offered here` : told;
  return (
    <Field label="Visit" hint={hint}>
      <Select
        value={String(visit.id)}
        onChange={onChoose}
        options={offered.map((one) => ({
          value: String(one.id),
          label: `${placeWords(one)}: ${phraseOf(one.status).toLowerCase()}`,
        }))}
      />
    </Field>
  );
}

function VisitDetails({ visit, states }: { visit: Visit; states: States }) {
  const { type, status, startedAt, endedAt, retries, items, error, cause, attempts, input, output } = visit;
  const run = visit.mapRunArn;
  const last = attempts.at(-1);
  return (
    <>
      <Facts
        items={[
          ['Status', <Status key="status" status={status} />],
          ['Type', type],
          ['Entered', absolute(startedAt)],
          ['Took', <Duration key="took" from={startedAt} to={endedAt} />],
          ['Retries', retries > 0 ? retries : undefined],
          [
            'Map run',
            run && (
              <RunLink key="run" arn={run}>
                Its executions
              </RunLink>
            ),
          ],
          ['Items', items && `${items.succeeded} of ${items.total} succeeded, ${items.failed} failed`],
        ]}
      />
      {(error !== undefined || cause !== undefined) && <Why visit={visit} states={states} />}
      <BegunList visit={visit} />
      {attempts.length > 1 && <Attempts attempts={attempts} />}
      <Data title="Input" value={parsed(input)} />
      {last?.parameters !== undefined && <Data title="Parameters" value={parsed(last.parameters)} open={1} />}
      {last?.output !== undefined && <Data title="Result" value={parsed(last.output)} open={1} />}
      {output !== undefined && <Data title="Output" value={parsed(output)} />}
    </>
  );
}

/** As `telar status` and `telar doctor` give it. */
function adviceFor({ name, type, status, error, cause }: Visit): { cause: string; action: string } | undefined {
  if (status === 'Caught' || type === 'Fail') return undefined;
  return diagnose({ step: name, text: `${error ?? ''}: ${cause ?? ''}` }) ?? languageAdvice(error);
}

/** A cause is often JSON: what a function threw, or how a job ended. */
function Why({ visit, states }: { visit: Visit; states: States }) {
  const { status, error, cause } = visit;
  const advice = adviceFor(visit);
  const handling = handlingOf(states, visit, error);
  const value = parsed(cause);
  const isTree = typeof value === 'object' && value !== null;
  return (
    <Banner tone={status === 'Failed' ? 'bad' : 'warn'}>
      <div className="machines-why">
        <p>
          <code>{error}</code> {!isTree && <LongText text={cause ?? ''} />}
        </p>
        {isTree && <Json value={value} open={1} />}
        {advice && (
          <p>
            {advice.cause} {advice.action}
          </p>
        )}
        {handling.length > 0 && <p>{handling.join(' ')}</p>}
      </div>
    </Banner>
  );
}

function BegunList({ visit }: { visit: Visit }) {
  const begun = begunBy(visit);
  if (begun.length === 0) return null;
  return (
    <div>
      <h3 className="machines-part">What it began</h3>
      <ul className="machines-begun">
        {begun.slice(-20).map(({ label, href }) => (
          <li key={label}>{href === undefined ? label : <a href={href}>{label}</a>}</li>
        ))}
      </ul>
    </div>
  );
}

function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  return (
    <div>
      <h3 className="machines-part">Attempts</h3>
      <DataTable
        dense
        label="Attempts"
        rows={attempts.map((attempt, index) => ({ ...attempt, number: index + 1 }))}
        keyOf={({ number }) => String(number)}
        columns={[
          { id: 'number', header: 'No.', width: '3rem', align: 'right', cell: ({ number }) => number },
          { id: 'status', header: 'Status', width: '7rem', cell: ({ status }) => <Status status={status} /> },
          {
            ...{ id: 'took', header: 'Took', width: '5rem', align: 'right' },
            cell: ({ scheduledAt, endedAt }) => <Duration from={scheduledAt} to={endedAt} />,
          },
          { id: 'error', header: 'Error', cell: ({ error, cause }) => <span title={cause}>{error}</span> },
        ]}
      />
    </div>
  );
}

function Data({ title, value, open = 2 }: { title: string; value: unknown; open?: number }) {
  if (value === undefined) return null;
  return (
    <div>
      <h3 className="machines-part">{title}</h3>
      <Json value={value} open={open} />
    </div>
  );
}
