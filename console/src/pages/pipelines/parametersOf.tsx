/** The values that an execution was started with, beside the defaults. */
import type { PipelineDefinition } from '../../../../src/definition/pipeline/types.ts';
import { hrefOf } from '../../data/links.ts';
import { Empty, Loading } from '../../parts/notice.tsx';
import { DataTable } from '../../parts/table.tsx';
import { defaultText, type Texts } from './parameters.ts';

type Props = { values: Texts | undefined; definition: PipelineDefinition | undefined };

export function ParametersOf({ values, definition }: Props) {
  if (!values) return <Loading />;
  const defined = new Map((definition?.Parameters ?? []).map((parameter) => [parameter.Name, parameter]));
  const rows = Object.entries(values).map(([name, value]) => {
    const parameter = defined.get(name);
    const standard = parameter?.DefaultValue === undefined ? undefined : defaultText(parameter);
    return { name, value, standard };
  });
  return (
    <DataTable
      label="Parameters"
      rows={rows}
      keyOf={({ name }) => name}
      empty={<Empty title="It has no parameters" />}
      columns={[
        { id: 'name', header: 'Name', cell: ({ name }) => name, sort: ({ name }) => name },
        { id: 'value', header: 'Value', cell: ({ value }) => <Value text={value} /> },
        {
          ...{ id: 'default', header: 'Default' },
          cell: ({ value, standard }) => (standard === undefined ? 'none' : standard === value ? 'the same' : standard),
        },
      ]}
    />
  );
}

/** A link where the value names something that has a page. */
function Value({ text }: { text: string }) {
  const href = hrefOf(text);
  return href === undefined ? text : <a href={href}>{text}</a>;
}
