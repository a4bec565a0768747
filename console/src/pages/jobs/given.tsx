/** What a job was given, as its container sees it: files and folders with where they come from and go to, the command, settings. */
import { hrefOf } from '../../data/links.ts';
import { Code, Json } from '../../parts/code.tsx';
import { NOTHING } from '../../parts/format.ts';
import { Empty } from '../../parts/notice.tsx';
import { Section } from '../../parts/page.tsx';
import { DataTable } from '../../parts/table.tsx';
import type { Described, Mount } from './described.ts';

const FLOWS: Readonly<Record<Mount['flow'], string>> = { in: '← from', out: '→ to', file: 'made for it' };

export function Given({ job }: { job: Described }) {
  return (
    <div className="jobs-given">
      <Section title={job.kind === 'transform' ? 'What goes in and out' : 'In its container'}>
        <DataTable
          label="Files and folders of the container"
          dense
          rows={job.mounts}
          keyOf={({ path, flow }) => `${flow} ${path}`}
          empty={<Empty title="It reads and writes no objects" />}
          columns={[
            {
              id: 'path',
              header: 'Path',
              width: '21rem',
              cell: ({ path }) => <code>{path}</code>,
              sort: ({ path }) => path,
            },
            { id: 'name', header: 'Name', width: '9rem', cell: ({ name }) => name, sort: ({ name }) => name },
            { id: 'flow', header: 'Way', width: '7rem', cell: ({ flow }) => FLOWS[flow], sort: ({ flow }) => flow },
            { id: 'place', header: 'Place', cell: ({ uri }) => <Place uri={uri} /> },
            {
              id: 'how',
              header: 'How',
              width: '12rem',
              cell: ({ how }) => <span title={how.join(', ')}>{how.join(', ')}</span>,
            },
          ]}
        />
      </Section>
      {job.command.length > 0 && (
        <Section title="Command">
          <Code text={job.command.map(asWritten).join(' ')} label="Copy the command" />
        </Section>
      )}
      {job.hyperparameters && <Settings title="Hyperparameters" values={job.hyperparameters} />}
      <Settings title="Environment" values={job.environment} />
    </div>
  );
}

const asWritten = (word: string) => (/^[\w./:=@%+,-]+$/.test(word) ? word : JSON.stringify(word));

function Place({ uri }: { uri: string | undefined }) {
  if (uri === undefined) return <span className="jobs-quiet">{NOTHING}</span>;
  const href = hrefOf(uri);
  return href === undefined ? (
    <code>{uri}</code>
  ) : (
    <a href={href} title={uri}>
      {uri}
    </a>
  );
}

function Settings({ title, values }: { title: string; values: Readonly<Record<string, string>> }) {
  const rows = Object.entries(values);
  if (rows.length === 0) return null;
  return (
    <Section title={title}>
      <DataTable
        label={title}
        dense
        rows={rows}
        keyOf={([name]) => name}
        columns={[
          { id: 'name', header: 'Name', width: '18rem', cell: ([name]) => <code>{name}</code>, sort: ([name]) => name },
          { id: 'value', header: 'Value', cell: ([, value]) => <Value text={value} /> },
        ]}
      />
    </Section>
  );
}

/** The SageMaker SDKs write values as JSON: a list reads better than its text. */
function Value({ text }: { text: string }) {
  const first = text.trimStart()[0];
  if (first !== '{' && first !== '[') return <span title={text}>{text}</span>;
  try {
    return <Json value={JSON.parse(text)} open={0} />;
  } catch {
    return <span title={text}>{text}</span>;
  }
}
