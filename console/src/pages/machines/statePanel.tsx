/** A state of an execution, beside its graph: what became of it, why, its attempts, what it began, its data. */
import { type ReactNode, useState } from 'react';
import type { Visit } from '../../../../src/definition/asl/history/fold.ts';
import type { Attempt } from '../../../../src/definition/asl/history/work.ts';
import { statesOf } from '../../../../src/definition/asl/states.ts';
import { Button } from '../../parts/button.tsx';
import { Json } from '../../parts/code.tsx';
import { CopyCommand } from '../../parts/command.tsx';
import { Field, Select } from '../../parts/form.tsx';
import { absolute } from '../../parts/format.ts';
import { Banner, Empty } from '../../parts/notice.tsx';
import { Facts } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Duration } from '../../parts/time.tsx';
import { phraseOf } from '../../parts/tone.ts';
import { useQueryValue } from './address.ts';
import { begunBy } from './begun.ts';
import { commands } from './commands.ts';
import { offeredVisits, placeWords, type StateSummary, tellingVisit } from './fold.ts';
import { parsed } from './json.ts';
import type { Seen } from './seen.ts';
import { TestDialog } from './testState.tsx';

export function StatePanel({ seen, name }: { seen: Seen; name: string | undefined }) {
  const [testing, setTesting] = useState(false);
  const [chosen, choose] = useQueryValue('visit');
  if (name === undefined) return <Empty title="No state is selected">Select one to see what it did.</Empty>;
  const summary = seen.summaries.get(name);
  const visit = summary && (summary.visits.find(({ id }) => String(id) === chosen) ?? tellingVisit(summary));
  const defined = statesOf(seen.definition).get(name);
  const { executionArn = '' } = seen.execution;
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
      {visit && <VisitDetails visit={visit} />}
      {defined && <Data title="Definition" open={0} value={defined.state} />}
      <CopyCommand command={commands.why(executionArn, name)} />
      {testing && <TestDialog seen={seen} name={name} input={visit?.input} onClose={() => setTesting(false)} />}
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

function VisitDetails({ visit }: { visit: Visit }) {
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
      {(error !== undefined || cause !== undefined) && <Why error={error} cause={cause} caught={status !== 'Failed'} />}
      <BegunList visit={visit} />
      {attempts.length > 1 && <Attempts attempts={attempts} />}
      <Data title="Input" value={parsed(input)} />
      {last?.parameters !== undefined && <Data title="Parameters" value={parsed(last.parameters)} open={1} />}
      {last?.output !== undefined && <Data title="Result" value={parsed(last.output)} open={1} />}
      {output !== undefined && <Data title="Output" value={parsed(output)} />}
    </>
  );
}

/** A cause is often JSON: what a function threw, or how a job ended. */
function Why(props: { error: string | undefined; cause: string | undefined; caught: boolean }) {
  const { error, cause, caught } = props;
  const value = parsed(cause);
  const isTree = typeof value === 'object' && value !== null;
  return (
    <Banner tone={caught ? 'warn' : 'bad'}>
      <p>
        <code>{error}</code> {!isTree && cause}
      </p>
      {isTree && <Json value={value} open={1} />}
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
