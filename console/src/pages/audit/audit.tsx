/** The newest management events: each change with who made it, and each denial. */
import { useAddress } from '../../data/address.ts';
import { hrefOf } from '../../data/links.ts';
import { useCall } from '../../data/queries.ts';
import { Checkbox, Field, TextInput } from '../../parts/form.tsx';
import { shortName } from '../../parts/format.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { type Entry, entryOf, matches } from './entry.ts';
import './audit.css';

/** So many does the operation answer at most. */
const MOST = 1000;

export function AuditPage() {
  const { data, error, refetch } = useCall('telar', 'ListAuditEvents', { MaxResults: MOST });
  const [text, setText] = useAddress('find', '');
  const [only, setOnly] = useAddress('only');
  const refused = only === 'refused';
  const entries = data?.Events.map(entryOf);
  return (
    <Page title="Audit trail">
      <div className="audit-filter">
        <Field label="Find">
          <TextInput type="search" value={text} onChange={setText} placeholder="an operation, a user, a resource" />
        </Field>
        <Checkbox
          label="Only what was refused"
          checked={refused}
          onChange={(on) => setOnly(on ? 'refused' : undefined)}
        />
      </div>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!entries && !error && <Loading />}
      {entries && (
        <DataTable
          label="Management events, the newest first"
          dense
          rows={entries.filter((entry) => matches(entry, text) && (!refused || entry.error !== undefined))}
          keyOf={({ sequence }) => String(sequence)}
          empty={<Empty title="No event is like that">The newest {MOST} events are looked at.</Empty>}
          columns={COLUMNS}
        />
      )}
    </Page>
  );
}

const COLUMNS: Column<Entry>[] = [
  { id: 'time', header: 'When', width: '8rem', cell: ({ time }) => <Time at={time} /> },
  { id: 'operation', header: 'Operation', width: '18rem', cell: ({ api, operation }) => `${api}:${operation}` },
  { id: 'who', header: 'Who', cell: ({ principal }) => <span title={principal}>{shortName(principal)}</span> },
  {
    ...{ id: 'what', header: 'On what' },
    cell: ({ resources }) => resources.slice(0, 3).map((arn) => <Resource key={arn} arn={arn} />),
  },
  {
    ...{ id: 'error', header: 'Outcome', width: '14rem' },
    cell: ({ error }) => <Status status={error ?? 'Done'} tone={error === undefined ? 'good' : 'bad'} />,
  },
];

function Resource({ arn }: { arn: string }) {
  const href = hrefOf(arn);
  const name = shortName(arn);
  return (
    <span className="audit-resource" title={arn}>
      {href === undefined ? name : <a href={href}>{name}</a>}
    </span>
  );
}
