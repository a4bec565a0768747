/**
 * The table of every list. A native table, so that columns align and screen readers know it; a grid where its rows open.
 * 1. Only the rows near the window are in the page once there are more than VIRTUAL_FROM.
 * 2. Tab reaches one row; arrows, Page Up/Down, Home and End move on from it, Enter opens.
 * 3. Rows that come or go elsewhere leave those in the window where they are.
 * 4. `more.load` is asked for when the end of what is loaded comes near, never while `more.loading`.
 */

import {
  createSortedRowModel,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { TextButton } from './button.tsx';
import { ChevronIcon, SpinnerIcon } from './icons.tsx';
import './table.css';

export type Column<T> = {
  id: string;
  header: ReactNode;
  cell: (row: T) => ReactNode;
  align?: 'left' | 'right' | 'center';
  /** A CSS width; columns without one share what is left. */
  width?: string | number;
  /** What the column is sorted by; a column without it is not sorted. What has no value comes last, both ways. */
  sort?: (row: T) => string | number | Date | boolean | null | undefined;
};

export type More = { hasMore: boolean; load: () => unknown; loading: boolean };

export type DataTableProps<T> = {
  columns: Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  label: string;
  empty?: ReactNode;
  /** What a click, or Enter, on a row does. Without it, it follows `hrefOf`. */
  onOpen?: ((row: T) => void) | undefined;
  /** Where a row leads: its first cell is a link there. */
  hrefOf?: ((row: T) => string | undefined) | undefined;
  /** The key of the row that is shown beside the table, or several. */
  selected?: string | ReadonlySet<string> | undefined;
  more?: More | undefined;
  dense?: boolean;
};

const VIRTUAL_FROM = 100;
const ROW = { normal: 40, dense: 32 };
/** How near the end, in pixels, more is asked for: about a screen ahead. */
const NEAR_END = 600;

const nothing = () => {};

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

/** Names as people order them: `step-9` before `step-10`. */
const order = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Of a column without a width, at least: on a narrow window the table scrolls sideways, and no column is lost. */
const NARROWEST = { first: '9rem', other: '6rem' };

function narrowestOf(columns: readonly Column<never>[]): string {
  const widths = columns.map(({ width }, at) => width ?? (at === 0 ? NARROWEST.first : NARROWEST.other));
  return `calc(${widths.map((width) => (typeof width === 'number' ? `${width}px` : width)).join(' + ')})`;
}

type Sortable = string | number | boolean | undefined;

function compare(a: Sortable, b: Sortable): number {
  if (typeof a === 'string' && typeof b === 'string') return order.compare(a, b);
  return Number(a) - Number(b);
}

/** The rows in the order that the person chose, with what TanStack Table knows about each column's sorting. */
function useSorted<T>({ columns, rows, keyOf }: Pick<DataTableProps<T>, 'columns' | 'rows' | 'keyOf'>) {
  const [sorting, setSorting] = useState<SortingState>([]);
  const definitions = useMemo(
    () =>
      columns.map(({ id, sort }) => ({
        id,
        accessorFn: (row: { value: T }): Sortable => {
          const value = sort?.(row.value) ?? undefined;
          return value instanceof Date ? value.getTime() : value;
        },
        enableSorting: sort !== undefined,
        sortUndefined: 'last' as const,
        sortFn: (a: { getValue: (id: string) => unknown }, b: { getValue: (id: string) => unknown }) =>
          compare(a.getValue(id) as Sortable, b.getValue(id) as Sortable),
      })),
    [columns],
  );
  const data = useMemo(() => rows.map((value) => ({ value })), [rows]);
  const table = useTable({
    features,
    columns: definitions,
    data,
    getRowId: (row) => keyOf(row.value),
    state: { sorting },
    onSortingChange: setSorting,
    enableMultiSort: false,
  });
  return { table, sorting, sorted: table.getRowModel().rows };
}

export function DataTable<T>(props: DataTableProps<T>) {
  const { columns, rows, label, empty, selected, more, dense = false } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const { table, sorting, sorted } = useSorted(props);
  const virtual = sorted.length > VIRTUAL_FROM;
  const height = dense ? ROW.dense : ROW.normal;
  const virtualizer = useVirtualizer({
    count: sorted.length,
    enabled: virtual,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => sorted[index]?.id ?? index,
    overscan: 12,
    // Rows that come or go above those that are looked at do not move them; at the top, new ones are what is looked for.
    anchorTo: (scroller.current?.scrollTop ?? 0) > height ? 'end' : 'start',
  });
  const opens = props.onOpen !== undefined || props.hrefOf !== undefined;
  const { active, setActive, onKeyDown } = useRowKeys(sorted.length, opens, (index) => {
    if (virtual) virtualizer.scrollToIndex(index);
  });
  useMore(scroller, more, sorted.length);

  if (rows.length === 0 && !more?.loading && !more?.hasMore) return <div className="table-empty">{empty}</div>;

  const shown = virtual ? virtualizer.getVirtualItems() : sorted.map((_, index) => ({ index, start: 0, end: 0 }));
  const before = virtual ? (shown[0]?.start ?? 0) : 0;
  const after = virtual ? virtualizer.getTotalSize() - (shown.at(-1)?.end ?? 0) : 0;
  return (
    <div className="table-frame">
      {/* What scrolls must be reachable with the keyboard, if nothing in it is. */}
      <div className="table-scroll" ref={scroller} tabIndex={opens ? undefined : 0}>
        <table
          className={dense ? 'table table-dense' : 'table'}
          style={{ minWidth: narrowestOf(columns) }}
          role={opens ? 'grid' : undefined}
          aria-label={label}
          aria-rowcount={more?.hasMore ? -1 : sorted.length + 1}
          aria-busy={more?.loading || undefined}
          onKeyDown={onKeyDown}
        >
          <Head
            columns={columns}
            sorting={sorting}
            onSort={(id) => {
              table.getColumn(id)?.toggleSorting(undefined, false);
              scroller.current?.scrollTo({ top: 0 });
            }}
          />
          {before > 0 && <Spacer height={before} columns={columns.length} />}
          <tbody>
            {shown.map(({ index }) => {
              const row = sorted[index];
              if (!row) return null;
              return (
                <BodyRow
                  key={row.id}
                  {...props}
                  row={row.original.value}
                  index={index}
                  current={typeof selected === 'string' ? selected === row.id : (selected?.has(row.id) ?? false)}
                  reached={opens && index === Math.min(active, sorted.length - 1)}
                  onReach={setActive}
                  measure={virtual ? virtualizer.measureElement : undefined}
                />
              );
            })}
          </tbody>
          {after > 0 && <Spacer height={after} columns={columns.length} />}
        </table>
      </div>
      {more && <Foot more={more} count={sorted.length} sorted={sorting.length > 0} />}
    </div>
  );
}

/** Stands for the rows above or below the window. */
function Spacer({ height, columns }: { height: number; columns: number }) {
  return (
    <tbody aria-hidden="true" className="table-spacer">
      <tr>
        <td colSpan={columns} style={{ height }} />
      </tr>
    </tbody>
  );
}

type HeadProps<T> = { columns: Column<T>[]; sorting: SortingState; onSort: (id: string) => void };

function Head<T>({ columns, sorting, onSort }: HeadProps<T>) {
  const [by] = sorting;
  return (
    <>
      <colgroup>
        {columns.map(({ id, width }) => (
          <col key={id} style={{ width }} />
        ))}
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          {columns.map((column) => (
            <HeaderCell
              key={column.id}
              column={column}
              sorted={by?.id === column.id ? (by.desc ? 'descending' : 'ascending') : undefined}
              onSort={() => onSort(column.id)}
            />
          ))}
        </tr>
      </thead>
    </>
  );
}

function HeaderCell<T>({
  column,
  sorted,
  onSort,
}: {
  column: Column<T>;
  sorted: 'ascending' | 'descending' | undefined;
  onSort: () => void;
}) {
  const align = `table-${column.align ?? 'left'}`;
  if (!column.sort) {
    return (
      <th scope="col" className={`table-head ${align}`}>
        {column.header}
      </th>
    );
  }
  return (
    <th scope="col" className={`table-head ${align}`} aria-sort={sorted ?? 'none'}>
      <button type="button" className="table-sort" onClick={onSort}>
        {column.header}
        <span className={`table-arrow table-arrow-${sorted ?? 'none'}`}>
          <ChevronIcon />
        </span>
      </button>
    </th>
  );
}

type RowProps<T> = Pick<DataTableProps<T>, 'columns' | 'onOpen' | 'hrefOf'> & {
  row: T;
  index: number;
  current: boolean;
  reached: boolean;
  onReach: (index: number) => void;
  measure: ((element: HTMLElement | null) => void) | undefined;
};

function BodyRow<T>({ columns, row, index, current, reached, onReach, onOpen, hrefOf, measure }: RowProps<T>) {
  const href = hrefOf?.(row);
  const opens = onOpen !== undefined || href !== undefined;
  const click = (event: MouseEvent<HTMLTableRowElement>) => {
    const target = event.target as Element;
    // A control of a cell is not the row; and whoever marks text to copy it does not want to leave.
    const control = target.closest('a, button, input, select, textarea, label');
    if (control && !control.classList.contains('table-link')) return;
    if (window.getSelection()?.isCollapsed === false) return;
    if (onOpen && !(control && (event.metaKey || event.ctrlKey || event.shiftKey))) {
      event.preventDefault();
      onOpen(row);
    } else if (!control) event.currentTarget.querySelector<HTMLElement>('.table-link')?.click();
  };
  return (
    <tr
      ref={measure}
      data-index={index}
      className={opens ? 'table-row table-row-opens' : 'table-row'}
      aria-rowindex={index + 2}
      aria-selected={opens ? current : undefined}
      tabIndex={opens ? (reached ? 0 : -1) : undefined}
      onFocus={() => onReach(index)}
      onClick={opens ? click : undefined}
    >
      {columns.map((column, at) => (
        <td key={column.id} className={`table-cell table-${column.align ?? 'left'}`}>
          {at === 0 && href !== undefined ? (
            <a className="table-link" href={href} tabIndex={-1}>
              {column.cell(row)}
            </a>
          ) : (
            column.cell(row)
          )}
        </td>
      ))}
    </tr>
  );
}

function Foot({ more, count, sorted }: { more: More; count: number; sorted: boolean }) {
  const rows = `${count.toLocaleString('en-GB')} ${count === 1 ? 'row' : 'rows'}`;
  return (
    <div className="table-foot" role="status">
      {more.loading && <SpinnerIcon />}
      {more.loading
        ? `${rows}, loading more…`
        : more.hasMore
          ? `${rows} loaded${sorted ? ', sorted among themselves' : ''}`
          : rows}
      {more.hasMore && !more.loading && <TextButton onClick={() => more.load()}>Load more</TextButton>}
    </div>
  );
}

/** Which row Tab reaches, and the keys that move on from it. */
function useRowKeys(count: number, on: boolean, reveal: (index: number) => void) {
  const [active, setActive] = useState(0);
  const onKeyDown = (event: KeyboardEvent<HTMLTableElement>) => {
    const row = event.target as HTMLElement;
    if (!on || row.tagName !== 'TR') return;
    if (event.key === 'Enter') {
      event.preventDefault();
      (row.querySelector<HTMLElement>('.table-link') ?? row).click();
      return;
    }
    const index = Number(row.dataset['index']);
    const moves: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + 15,
      PageUp: index - 15,
      Home: 0,
      End: count - 1,
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(count - 1, move));
    const body = row.parentElement;
    setActive(next);
    reveal(next);
    focusWhenThere(body, next, 8);
  };
  return { active, setActive, onKeyDown };
}

/** A row that was far away enters the page a frame or two after it is scrolled to. */
function focusWhenThere(body: HTMLElement | null, index: number, tries: number): void {
  const row = body?.querySelector<HTMLElement>(`tr[data-index="${index}"]`);
  if (row) row.focus();
  else if (tries > 0) requestAnimationFrame(() => focusWhenThere(body, index, tries - 1));
}

/** Asks for more while the end of the rows is near the window's. */
function useMore(scroller: { current: HTMLDivElement | null }, more: More | undefined, count: number): void {
  const load = useRef<() => unknown>(nothing);
  load.current = more?.hasMore && !more.loading ? more.load : nothing;
  const waits = more?.hasMore === true && !more.loading;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `count` makes it look again once rows have come
  useEffect(() => {
    const element = scroller.current;
    if (!element || !waits) return;
    const look = () => {
      if (element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END) load.current();
    };
    look();
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, [scroller, waits, count]);
}
