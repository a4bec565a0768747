/** What a page shows is in its address: tabs, the selected state; and going to another page. */
import { useCallback } from 'react';
import { useLocation, useSearchParams } from 'wouter';

/** A value of the address's query; undefined, and taken out of it, where there is none. */
export function useQueryValue(name: string): [string | undefined, (value: string | undefined) => void] {
  const [query, setQuery] = useSearchParams();
  const set = useCallback(
    (value: string | undefined) =>
      setQuery(
        (now) => {
          const next = new URLSearchParams(now);
          if (value === undefined) next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
    [name, setQuery],
  );
  return [query.get(name) ?? undefined, set];
}

/** Goes to an address as links.ts has it. */
export function useGo(): (href: string) => void {
  const [, navigate] = useLocation();
  return useCallback((href: string) => navigate(`~${href}`), [navigate]);
}
