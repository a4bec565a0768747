/** All jobs: what uses the machine now on top, below it each kind with its filters. */
import { useDeferredValue } from 'react';
import { useAddress } from '../../data/address.ts';
import { links } from '../../data/links.ts';
import { Select, TextInput } from '../../parts/form.tsx';
import { NOTHING } from '../../parts/format.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page, Tabs } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { phraseOf } from '../../parts/tone.ts';
import { GlueJobList } from './glueJobs.tsx';
import { isKind, KINDS, type Kind, STATUSES, WORDS } from './kinds.ts';
import { JobsNow } from './now.tsx';
import { type JobFilter, useJobs } from './summaries.ts';
import './jobs.css';

export function JobsPage() {
  const [kind, setKind] = useAddress('kind', 'processing');
  const [status, setStatus] = useAddress('status', '');
  const [name, setName] = useAddress('name', '');
  const filter = { status, name: useDeferredValue(name) };
  return (
    <Page title="Jobs">
      <JobsNow />
      <div className="jobs-bar">
        <TextInput
          type="search"
          aria-label="Names that contain"
          placeholder="Names that contain …"
          value={name}
          onChange={(next) => setName(next || undefined)}
        />
        <Select
          aria-label="Status"
          disabled={kind === 'glue'}
          value={status}
          onChange={(next) => setStatus(next || undefined)}
          options={[
            { value: '', label: 'Any status' },
            ...STATUSES.map((value) => ({ value, label: phraseOf(value) })),
          ]}
        />
      </div>
      <Tabs
        label="Kinds of jobs"
        value={isKind(kind) || kind === 'glue' ? kind : 'processing'}
        onChange={setKind}
        tabs={[
          ...KINDS.map((id) => ({ id, label: WORDS[id].many, content: <JobList kind={id} filter={filter} /> })),
          { id: 'glue', label: 'Glue', content: <GlueJobList contains={filter.name} /> },
        ]}
      />
    </Page>
  );
}

function JobList({ kind, filter }: { kind: Kind; filter: JobFilter }) {
  const { items, error, more, refetch } = useJobs(kind, filter);
  if (error) return <Failure error={error} retry={refetch} />;
  if (!items) return <Loading />;
  const filtered = filter.status !== '' || filter.name !== '';
  return (
    <DataTable
      label={`${WORDS[kind].many} jobs`}
      rows={items}
      keyOf={({ arn }) => arn}
      hrefOf={({ name }) => links.job(kind, name)}
      more={more}
      empty={
        filtered ? (
          <Empty title="No job is like that">Change what the name contains, or the status.</Empty>
        ) : (
          <Empty title={`There is no ${WORDS[kind].one.toLowerCase()} yet`} command="telar run training">
            {WORDS[kind].tooFew}
          </Empty>
        )
      }
      columns={[
        { id: 'name', header: 'Job', cell: ({ name }) => name },
        { id: 'status', header: 'Status', width: '10rem', cell: ({ status }) => <Status status={status} /> },
        { id: 'created', header: 'Created', width: '9rem', cell: ({ created }) => <Time at={created} /> },
        {
          ...{ id: 'took', header: 'Took', width: '8rem', align: 'right' },
          cell: ({ created, ended, status }) =>
            created !== undefined && (ended !== undefined || status === 'InProgress') ? (
              <Duration from={created} to={ended} />
            ) : (
              NOTHING
            ),
        },
      ]}
    />
  );
}
