/** What an area of the console is: an entry of the navigation, and its pages, each loaded when it is first shown. */

import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { refusal } from '../data/session.ts';

/** What a page's address says, decoded. */
export type Params = Readonly<Record<string, string>>;
export type PageProps<Names extends string = never> = { params: Readonly<Record<Names, string>> };

export type AreaPage = {
  /** `/pipelines/:name/executions/:execution`; `*` takes the rest. */
  path: string;
  page: LazyExoticComponent<ComponentType<{ params: Params }>>;
};

export type Area = {
  label: string;
  /** Areas of one group stand together. */
  group: 'Overview' | 'Work' | 'Models' | 'Data' | 'Flows' | 'Server';
  /** Where the navigation leads. */
  path: string;
  pages: readonly AreaPage[];
};

/**
 * A page that is loaded when it is first shown.
 *
 * @example { path: '/pipelines/:name', page: page(async () => (await import('./pipeline.tsx')).PipelinePage) }
 */
export function page<Names extends string>(load: () => Promise<ComponentType<PageProps<Names>>>): AreaPage['page'] {
  return lazy(async () => {
    const found = await load().catch(() => {
      throw refusal(
        NOT_LOADED,
        'The server did not give out this page. Once it answers, the page is loaded by itself; telar up starts it.',
        0,
      );
    });
    return { default: found as ComponentType<{ params: Params }> };
  });
}

const NOT_LOADED = 'PageNotLoaded';

/** Whether an error is that of a page whose script could not be fetched. */
export const isNotLoaded = (error: unknown): boolean => (error as { code?: string } | undefined)?.code === NOT_LOADED;
