/** What of a page's state stands in its address, so that a link shows the same: the open tab, the chosen step. */
import { useCallback, useMemo } from 'react';
import { useSearch } from 'wouter';

/**
 * A member of the address's query.
 *
 * @param fallback what it is while the address does not say; it is not written
 * @example const [tab, showTab] = useAddress('tab', 'graph')
 */
export function useAddress<Fallback extends string | undefined = undefined>(
  name: string,
  fallback?: Fallback,
): [value: string | Fallback, change: (value: string | undefined) => void] {
  const search = useSearch();
  const value = useMemo(() => new URLSearchParams(search).get(name) ?? fallback, [search, name, fallback]);
  const change = useCallback(
    (next: string | undefined) => {
      const url = new URL(window.location.href);
      if (next === undefined || next === fallback) url.searchParams.delete(name);
      else url.searchParams.set(name, next);
      // The router hears of it: no navigation, so that Back leaves the page.
      history.replaceState(history.state, '', url);
    },
    [name, fallback],
  );
  return [value as string | Fallback, change];
}

/**
 * Whether a dialog of the page is open: the address names the one that is.
 *
 * @param name of the dialog, apart from the page's others
 * @example const [asked, ask] = useAsked('stop')
 */
export function useAsked(name: string): [asked: boolean, ask: (open: boolean) => void] {
  const [asked, change] = useAddress('ask');
  return [asked === name, useCallback((open: boolean) => change(open ? name : undefined), [change, name])];
}
