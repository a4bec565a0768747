/** What something that goes on by itself has set going lately, the newest first. */
import { Status } from './status.tsx';
import { type Column, DataTable } from './table.tsx';
import { TargetLink } from './target.tsx';
import { Time } from './time.tsx';
import './firings.css';

export type FiringRow = {
  key: string;
  time: string;
  status: string;
  target: { kind: string; name: string; href?: string | undefined };
  /** The operation, the error, the number of the attempt. */
  said: string;
  /** When one that waits is sent. */
  due: string | undefined;
};

export function Firings({ rows, empty }: { rows: readonly FiringRow[]; empty: string }) {
  if (rows.length === 0) return <p className="firings-none">Nothing is on record. {empty}</p>;
  return <DataTable label="Last firings" dense rows={rows} keyOf={({ key }) => key} columns={COLUMNS} />;
}

const COLUMNS: Column<FiringRow>[] = [
  { id: 'when', header: 'When', width: '8rem', cell: ({ time }) => <Time at={time} /> },
  {
    ...{ id: 'status', header: 'Status', width: '9rem' },
    cell: ({ status }) => <Status status={status} />,
  },
  { id: 'target', header: 'To', cell: ({ target }) => <TargetLink {...target} /> },
  { id: 'said', header: 'What', cell: ({ said }) => said },
  { id: 'due', header: 'Sent', width: '8rem', cell: ({ due }) => due && <Time at={due} /> },
];
