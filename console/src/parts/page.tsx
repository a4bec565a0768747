/** What a page is laid out with: its head, its sections, two columns, facts and tabs. */
import { Tabs as Radix } from 'radix-ui';
import { Fragment, type ReactNode, useEffect, useId } from 'react';
import { tellUnseen } from './unseen.ts';
import './page.css';

export type Crumb = { label: string; href?: string };

function Crumbs({ crumbs }: { crumbs: Crumb[] }) {
  return (
    <nav aria-label="Breadcrumb" className="page-crumbs">
      <ol>
        {crumbs.map((crumb) => (
          <li key={`${crumb.href} ${crumb.label}`}>
            {crumb.href ? <a href={crumb.href}>{tellUnseen(crumb.label)}</a> : <span>{tellUnseen(crumb.label)}</span>}
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** A page: `title` is also the browser's; `status` stands beside it, `actions` at the end of its line. */
export function Page({
  title,
  crumbs,
  actions,
  status,
  children,
}: {
  title: string;
  crumbs?: Crumb[] | undefined;
  actions?: ReactNode;
  status?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Telar`;
  }, [title]);
  return (
    <div className="page">
      <header className="page-head">
        {crumbs && crumbs.length > 0 && <Crumbs crumbs={crumbs} />}
        <div className="page-line">
          <h1 className="page-title">{tellUnseen(title)}</h1>
          {status}
          {actions && <div className="page-actions">{actions}</div>}
        </div>
      </header>
      {children}
    </div>
  );
}

export function Section({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section className="section" aria-labelledby={id}>
      <div className="section-head">
        <h2 className="section-title" id={id}>
          {title}
        </h2>
        {actions && <div className="section-actions">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

/** Two columns, the second the narrower: `side`, or the second of two children. On a narrow window they stand below each other. */
export function Split({ children, side, sideLabel }: { children: ReactNode; side?: ReactNode; sideLabel?: string }) {
  if (side === undefined) return <div className="split">{children}</div>;
  return (
    <div className="split">
      <div className="split-main">{children}</div>
      <aside className="split-side" aria-label={sideLabel ?? 'Details'}>
        {side}
      </aside>
    </div>
  );
}

/** Labels and their values. A fact without a value is left out. */
export function Facts({ items }: { items: (readonly [label: string, value: ReactNode])[] }) {
  return (
    <dl className="facts">
      {items.map(([label, value]) =>
        value === undefined || value === null || value === '' ? null : (
          <Fragment key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </Fragment>
        ),
      )}
    </dl>
  );
}

export type Tab = { id: string; label: string; count?: number | undefined; content: ReactNode };

/** Tabs, of which `value` names the open one; only its content is rendered. */
export function Tabs({
  label,
  value,
  onChange,
  tabs,
}: {
  label: string;
  value: string;
  onChange: (id: string) => void;
  tabs: Tab[];
}) {
  return (
    <Radix.Root className="tabs" value={value} onValueChange={onChange}>
      <Radix.List className="tabs-list" aria-label={label}>
        {tabs.map((tab) => (
          <Radix.Trigger key={tab.id} className="tabs-tab" value={tab.id}>
            {tab.label}
            {tab.count !== undefined && <span className="tabs-count">{tab.count.toLocaleString('en-GB')}</span>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} className="tabs-content" value={tab.id}>
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}

export { Banner, Empty, Failure, Loading } from './notice.tsx';
