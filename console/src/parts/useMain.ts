/** Where what opens over a page is put: in its main part, as what lies outside every landmark is easily missed. */
import { useState } from 'react';

/** The element, and what finds it: called as something opens, because the page has no main part before it is first rendered. */
export function useMain(): [main: HTMLElement | null, find: () => void] {
  const [main, setMain] = useState<HTMLElement | null>(null);
  return [main, () => setMain(document.querySelector('main'))];
}
