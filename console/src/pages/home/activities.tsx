/** Executions as the overview lists them. */
import type { ReactNode } from 'react';
import { Failure, Loading } from '../../parts/notice.tsx';
import { Section } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { useActivity, type Which } from './activity.ts';

type Props = { title: string; which: Which; empty: ReactNode };

export function Activities({ title, which, empty }: Props) {
  const { items, error } = useActivity(which);
  return (
    <Section title={title}>
      {error && <Failure error={error} />}
      {!items && !error && <Loading />}
      {items && (
        <DataTable
          label={title}
          dense
          rows={items}
          keyOf={({ arn }) => arn}
          hrefOf={({ href }) => href}
          empty={empty}
          columns={[
            {
              ...{ id: 'name', header: 'Execution' },
              cell: ({ name, execution, kind }) => (
                <span title={`${kind} ${name}, execution ${execution}`}>
                  {name} <span className="home-quiet">{execution}</span>
                </span>
              ),
            },
            { id: 'status', header: 'Status', width: '8rem', cell: ({ status }) => <Status status={status} /> },
            { id: 'started', header: 'Started', width: '7rem', cell: ({ started }) => <Time at={started} /> },
            {
              ...{ id: 'took', header: 'Took', width: '6.5rem', align: 'right' },
              cell: ({ started, ended }) => <Duration from={started} to={ended} />,
            },
          ]}
        />
      )}
    </Section>
  );
}
