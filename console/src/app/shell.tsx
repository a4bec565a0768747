/** The frame of every page: navigation at the side, who is signed in and where at the top, the page in the middle. */
import { useIsFetching } from '@tanstack/react-query';
import { Suspense, useEffect, useRef, useState } from 'react';
import { Route, Router, Switch, useLocation } from 'wouter';
import { useLive } from '../data/live.tsx';
import { keepRegion, regionNow, type Session, signOut } from '../data/session.ts';
import type { Area } from '../pages/area.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { MenuIcon, MoonIcon, SunIcon } from '../parts/icons.tsx';
import { Menu } from '../parts/menu.tsx';
import { Banner, Loading } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { areas } from './areas.ts';
import { Boundary } from './boundary.tsx';
import { useTheme } from './theme.ts';
import './shell.css';

const BASE = '/console';
const REGIONS = ['us-east-1', 'us-east-2', 'us-west-2', 'eu-west-1', 'eu-central-1', 'sa-east-1', 'ap-northeast-1'];

type Props = { session: Session; onSignedOut(): void };

export function Shell(props: Props) {
  return (
    <Router base={BASE}>
      <Frame {...props} />
    </Router>
  );
}

function Frame({ session, onSignedOut }: Props) {
  const [location, navigate] = useLocation();
  const [open, setOpen] = useState(false);
  const live = useLive();

  useFollowedLinks((to) => {
    setOpen(false);
    navigate(to);
  });

  return (
    <div className="shell">
      <a className="shell-skip" href="#page">
        Skip to the page
      </a>
      <TopBar session={session} onMenu={() => setOpen(!open)} onSignedOut={onSignedOut} />
      <Navigation location={location} open={open} />
      <main className="shell-page" id="page" tabIndex={-1}>
        {live === 'away' && <Away />}
        <Boundary key={location} live={live === 'live'}>
          <Suspense fallback={<Loading />}>
            <Pages />
            <Ready />
          </Suspense>
        </Boundary>
      </main>
    </div>
  );
}

/** What is shown stays, and is told to be old. */
function Away() {
  return (
    <div className="shell-away">
      <Banner tone="warn">
        The server does not answer: what is shown here is as it was. It is asked again by itself; <code>telar up</code>{' '}
        starts it.
      </Banner>
    </div>
  );
}

/** Links are ordinary links; those to pages of the console do not load it anew. */
function useFollowedLinks(navigate: (to: string) => void): void {
  const latest = useRef(navigate);
  latest.current = navigate;
  useEffect(() => {
    function follow(event: MouseEvent): void {
      const anchor = (event.target as Element).closest('a');
      if (event.defaultPrevented || event.button !== 0 || !anchor?.href || anchor.target) return;
      if (anchor.hasAttribute('download') || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const url = new URL(anchor.href);
      const here = url.pathname === window.location.pathname && url.hash !== '';
      if (url.origin !== window.location.origin || !url.pathname.startsWith(`${BASE}/`) || here) return;
      event.preventDefault();
      latest.current(`${url.pathname.slice(BASE.length)}${url.search}${url.hash}`);
    }
    document.addEventListener('click', follow);
    return () => document.removeEventListener('click', follow);
  }, []);
}

/** Marks a page that shows its data: for whoever takes its picture, or its time. Stands after the page, whose questions it waits for. */
function Ready() {
  const [asked, setAsked] = useState(false);
  const waiting = useIsFetching({ predicate: ({ state }) => state.status === 'pending' });
  useEffect(() => setAsked(true), []);
  return asked && waiting === 0 ? <span hidden data-ready /> : null;
}

function Pages() {
  return (
    <Switch>
      {areas.flatMap(({ pages }) =>
        pages.map(({ path, page: Page }) => (
          <Route key={path} path={path}>
            {(params) => <Page params={decoded(params)} />}
          </Route>
        )),
      )}
      <Route>
        <Page title="There is no such page">
          <p>
            The address may be of another version of Telar. <a href={`${BASE}/`}>Go to the overview</a>.
          </p>
        </Page>
      </Route>
    </Switch>
  );
}

/** The router leaves what stands for a character of addresses (`:` of an ARN, `/`) as it is. */
function decoded(params: object): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodedPart(String(value))]));
}

function decodedPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const isWithin = (location: string, path: string) =>
  path === '/' ? location === '/' : location === path || location.startsWith(`${path}/`);

/** Pages of an area may lie beside its path: what their paths begin with is the area's alone. */
function isOf(location: string, { path, pages }: Area): boolean {
  return (
    isWithin(location, path) || pages.some((page) => page.path !== '/' && isWithin(location, firstPart(page.path)))
  );
}

const firstPart = (path: string): string => `/${path.split('/')[1]}`;

function Navigation({ location, open }: { location: string; open: boolean }) {
  const groups = [...new Set(areas.map(({ group }) => group))];
  return (
    <nav className={open ? 'shell-nav shell-nav-open' : 'shell-nav'} aria-label="Console">
      {groups.map((group) => (
        <div key={group} className="shell-group">
          {group !== 'Overview' && <h2 className="shell-group-title">{group}</h2>}
          <ul>
            {areas
              .filter((area) => area.group === group)
              .map((area) => (
                <NavLink key={area.path} area={area} current={isOf(location, area)} />
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function NavLink({ area, current }: { area: Area; current: boolean }) {
  return (
    <li>
      <a className="shell-link" href={`${BASE}${area.path}`} aria-current={current ? 'page' : undefined}>
        {area.label}
      </a>
    </li>
  );
}

function TopBar({ session, onMenu, onSignedOut }: Props & { onMenu(): void }) {
  const live = useLive();
  const [theme, setTheme] = useTheme();
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  const region = regionNow();
  return (
    <header className="shell-top">
      <span className="shell-menu">
        <IconButton label="Navigation" icon={<MenuIcon />} onClick={onMenu} />
      </span>
      <a className="shell-brand" href={`${BASE}/`}>
        Telar
      </a>
      <span className={live === 'live' ? 'shell-live shell-live-on' : 'shell-live'} role="status">
        {live === 'live' ? 'Live' : 'Not live'}
      </span>
      <span className="shell-fill" />
      <label className="shell-region">
        <span className="shell-hidden">Region</span>
        <select value={region} onChange={(event) => chooseRegion(event.target.value)}>
          {[...new Set([region, ...REGIONS])].map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <IconButton
        label={dark ? 'Light colours' : 'Dark colours'}
        icon={dark ? <SunIcon /> : <MoonIcon />}
        onClick={() => setTheme(dark ? 'light' : 'dark')}
      />
      <Menu
        items={[
          { label: 'Colours of the system', onSelect: () => setTheme('system') },
          ...(session.authentication === 'keys'
            ? [{ label: 'Sign out', onSelect: () => void signOut().finally(onSignedOut) }]
            : []),
        ]}
      >
        <Button>{(session.user ?? '').split(/[:/]/).at(-1)}</Button>
      </Menu>
    </header>
  );
}

/** What is shown of another region is nothing of this one's: the page begins anew. */
function chooseRegion(region: string): void {
  keepRegion(region);
  window.location.reload();
}
