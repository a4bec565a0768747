/** The areas of the console, in the order of the navigation. An area is added here and nowhere else. */
import type { Area } from '../pages/area.ts';
import { audit } from '../pages/audit/area.ts';
import { data } from '../pages/data/area.ts';
import { functions } from '../pages/functions/area.ts';
import { home } from '../pages/home/area.ts';
import { jobs } from '../pages/jobs/area.ts';
import { machines } from '../pages/machines/area.ts';
import { outbox } from '../pages/outbox/area.ts';
import { pipelines } from '../pages/pipelines/area.ts';
import { queues } from '../pages/queues/area.ts';
import { registry } from '../pages/registry/area.ts';
import { rules } from '../pages/rules/area.ts';
import { schedules } from '../pages/schedules/area.ts';
import { topics } from '../pages/topics/area.ts';

export const areas: readonly Area[] = [
  home,
  pipelines,
  machines,
  jobs,
  registry,
  data,
  schedules,
  rules,
  topics,
  outbox,
  queues,
  functions,
  audit,
];
