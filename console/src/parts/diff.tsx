/** Two records beside each other: what differs, or everything. */
import { type ReactNode, useMemo, useState } from 'react';
import { differences } from './differences.ts';
import { Checkbox } from './form.tsx';
import { NOTHING } from './format.ts';
import './diff.css';

/** Beyond this many rows the rest is only counted. */
const MOST = 1000;

export function Differences({
  left,
  right,
  labels,
}: {
  left: unknown;
  right: unknown;
  labels: readonly [left: ReactNode, right: ReactNode];
}) {
  const [all, setAll] = useState(false);
  const rows = useMemo(() => differences(left, right), [left, right]);
  const different = useMemo(() => rows.filter((row) => !row.same), [rows]);
  const shown = all ? rows : different;
  return (
    <div className="diff">
      <div className="diff-head">
        <span role="status">
          {different.length === 0 ? 'Nothing differs' : `${different.length.toLocaleString('en-GB')} of `}
          {different.length === 0 ? ' in ' : ''}
          {rows.length.toLocaleString('en-GB')} {rows.length === 1 ? 'field' : 'fields'}
          {different.length === 0 ? '.' : ' differ.'}
        </span>
        <Checkbox label="Show what is equal too" checked={all} onChange={setAll} />
      </div>
      {shown.length > 0 && (
        <table className="diff-table">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">{labels[0]}</th>
              <th scope="col">{labels[1]}</th>
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, MOST).map((row) => (
              <tr key={row.path} className={row.same ? 'diff-same' : undefined}>
                <th scope="row">{row.path || 'value'}</th>
                <td className={row.same ? '' : 'diff-left'}>
                  <Side value={row.left} mark={row.same ? '' : '−'} />
                </td>
                <td className={row.same ? '' : 'diff-right'}>
                  <Side value={row.right} mark={row.same ? '' : '+'} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {shown.length > MOST && (
        <p className="diff-rest">{(shown.length - MOST).toLocaleString('en-GB')} more fields are not shown.</p>
      )}
    </div>
  );
}

/** The mark repeats the colour for whoever does not see it; it stands in its own column, so that values line up. */
function Side({ value, mark }: { value: unknown; mark: string }) {
  const text = value === undefined ? NOTHING : typeof value === 'string' ? value : JSON.stringify(value);
  return (
    <span className="diff-side">
      <span className="diff-mark">{value === undefined ? '' : mark}</span>
      <span>{text}</span>
    </span>
  );
}
