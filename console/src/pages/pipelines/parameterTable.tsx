/** The parameters that a definition has. */
import type { ParameterDefinition } from '../../../../src/definition/pipeline/types.ts';
import { Empty } from '../../parts/notice.tsx';
import { DataTable } from '../../parts/table.tsx';
import { defaultText } from './parameters.ts';

export function ParameterTable({ parameters }: { parameters: readonly ParameterDefinition[] }) {
  return (
    <DataTable
      label="Parameters"
      rows={parameters}
      keyOf={({ Name }) => Name}
      empty={
        <Empty title="It has no parameters">
          A parameter is a value that is chosen when the pipeline is started: a threshold, a size, where the data lies.
        </Empty>
      }
      columns={[
        { id: 'name', header: 'Name', cell: ({ Name }) => Name, sort: ({ Name }) => Name },
        { id: 'type', header: 'Type', width: '8rem', cell: ({ Type }) => Type, sort: ({ Type }) => Type },
        {
          ...{ id: 'default', header: 'Default' },
          cell: (row) => (row.DefaultValue === undefined ? 'none: it must be given' : defaultText(row)),
        },
        { id: 'values', header: 'Values', cell: ({ EnumValues }) => EnumValues?.join(', ') ?? 'any' },
      ]}
    />
  );
}
