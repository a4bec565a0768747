/**
 * Code and JSON to read. The tree of a JSON value renders only what is open, and a long list or text in slices: a value of
 * a megabyte costs no more than what is looked at.
 */

import { type ReactNode, useState } from 'react';
import { TextButton } from './button.tsx';
import { Copy } from './command.tsx';
import { ChevronIcon } from './icons.tsx';
import { tellUnseen } from './unseen.ts';
import './code.css';

/** How many members are shown before more are asked for, and how many letters of a text. */
const SLICE = 100;
const LETTERS = 500;
const FEW = 20;

/** A text as it is, in its lines. */
export function Code({ text, label = 'Copy the text' }: { text: string; label?: string }) {
  return (
    <div className="code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <pre className="code-text" tabIndex={0}>
        <code>{tellUnseen(text)}</code>
      </pre>
      <div className="code-copy">
        <Copy text={text} label={label} />
      </div>
    </div>
  );
}

/** A value as a tree; `open` is how many levels are open at first (true: two). */
export function Json({ value, open = true }: { value: unknown; open?: boolean | number }) {
  const levels = open === true ? 2 : open === false ? 0 : open;
  return (
    <div className="json">
      <Member name={undefined} value={value} levels={levels} />
    </div>
  );
}

const isTree = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Date);

const sizeOf = (value: unknown) =>
  isTree(value) ? (Array.isArray(value) ? value.length : Object.keys(value).length) : 0;

function Member({ name, value, levels }: { name: string | undefined; value: unknown; levels: number }) {
  const count = sizeOf(value);
  // A long list inside is left shut: what stands below it would be out of sight.
  const [open, setOpen] = useState(levels > 0 && (name === undefined || count <= FEW));
  const label = name === undefined ? null : <span className="json-name">{tellUnseen(name)}: </span>;
  if (!isTree(value)) {
    return (
      <div className="json-line">
        {label}
        <Leaf value={value} />
      </div>
    );
  }
  const [left, right] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (count === 0) {
    return (
      <div className="json-line">
        {label}
        {left}
        {right}
      </div>
    );
  }
  return (
    <div className="json-member">
      <button type="button" className="json-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronIcon />
        {label}
        <span className="json-count">
          {left} {count.toLocaleString('en-GB')} {nounOf(value, count)} {right}
        </span>
      </button>
      {open && <Members value={value} count={count} levels={levels - 1} />}
    </div>
  );
}

function nounOf(value: object, count: number): string {
  if (Array.isArray(value)) return count === 1 ? 'item' : 'items';
  return count === 1 ? 'key' : 'keys';
}

function Members({ value, count, levels }: { value: object; count: number; levels: number }) {
  const [shown, setShown] = useState(SLICE);
  const entries: [string, unknown][] = Array.isArray(value)
    ? value.slice(0, shown).map((item, index) => [String(index), item])
    : Object.entries(value).slice(0, shown);
  return (
    <div className="json-members">
      {entries.map(([key, item]) => (
        <Member key={key} name={key} value={item} levels={levels} />
      ))}
      {count > shown && (
        <More onMore={() => setShown(shown + 10 * SLICE)}>
          {(count - shown).toLocaleString('en-GB')} more; show the next {Math.min(count - shown, 10 * SLICE)}
        </More>
      )}
    </div>
  );
}

function More({ onMore, children }: { onMore: () => void; children: ReactNode }) {
  return (
    <span className="json-more">
      <TextButton onClick={onMore}>{children}</TextButton>
    </span>
  );
}

function Leaf({ value }: { value: unknown }) {
  const [whole, setWhole] = useState(false);
  if (typeof value !== 'string') return <span className={`json-${kindOf(value)}`}>{wordOf(value)}</span>;
  const cut = !whole && value.length > LETTERS;
  return (
    <>
      <span className="json-text">{tellUnseen(JSON.stringify(cut ? value.slice(0, LETTERS) : value))}</span>
      {cut && (
        <More onMore={() => setWhole(true)}>… {(value.length - LETTERS).toLocaleString('en-GB')} more letters</More>
      )}
    </>
  );
}

const kindOf = (value: unknown) => (typeof value === 'number' || typeof value === 'bigint' ? 'number' : 'word');

function wordOf(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
