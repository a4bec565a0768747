/** The areas of the console, in the order of the navigation. An area is added here and nowhere else. */
import type { Area } from '../pages/area.ts';
import { home } from '../pages/home/area.ts';
import { registry } from '../pages/registry/area.ts';

export const areas: readonly Area[] = [home, registry];
