/** Telar's own service, with what it is given of the others. */
import type { World } from '../base/world.ts';
import type { Service } from '../protocol/service.ts';
import type { JobsService } from '../services/jobs/index.ts';
import type { CollectGarbage, ObjectAccess } from '../services/objects/index.ts';
import type { PipelinesService } from '../services/pipelines/index.ts';
import type { Registry } from '../services/registry/index.ts';
import { createTelarService, type TelarPorts } from '../services/telar/index.ts';
import type { AuditTrail } from '../store/audit.ts';
import type { Flows } from './flows.ts';
import { garbage } from './garbage.ts';
import { sessionArn } from './roleCalls.ts';

type Parts = Pick<TelarPorts, 'explainAccess' | 'images' | 'outbox' | 'scheduleTimes' | 'watching' | 'consoleLink'> & {
  world: World;
  account: string;
  trail: AuditTrail;
  firings: Flows['shown']['firings'];
  jobs: JobsService;
  registry: Registry;
  pipelines: Pick<PipelinesService, 'executionState' | 'executionTimes'>;
  objects: { collectGarbage: CollectGarbage; objects: ObjectAccess };
  server: { version: string; dataFolder: string; loopLag(): number; storage: TelarPorts['storage'] };
};

export function telarService({
  world,
  account,
  trail,
  jobs,
  registry,
  pipelines,
  objects,
  server,
  firings,
  ...rest
}: Parts): Service {
  return createTelarService({
    ...rest,
    objects: objects.objects,
    clock: world.clock,
    executionState: pipelines.executionState,
    executionTimes: pipelines.executionTimes,
    jobUse: jobs.use,
    jobObjects: jobs.lineageOf,
    jobsOfObject: jobs.usersOf,
    auditEvents: trail.newest,
    ...firingPorts({ account, trail, firings }),
    loopLag: server.loopLag,
    storage: server.storage,
    collectGarbage: garbage({ clock: world.clock, collect: objects.collectGarbage, jobs, registry }),
    server: { ...server, account, startedAt: world.clock.now() },
  });
}

/** What was called as a role is found in the trail by the name of its session. */
function firingPorts({
  account,
  trail,
  firings,
}: Pick<Parts, 'account' | 'trail' | 'firings'>): Pick<TelarPorts, 'firings' | 'auditedOf'> {
  return {
    auditedOf: trail.newestOf,
    firings(arn, most) {
      const found = firings(arn, most);
      return (
        found && {
          waiting: found.waiting,
          callers: found.callers.map(({ role, session, target }) => ({
            principal: sessionArn(account, role, session),
            target,
          })),
        }
      );
    },
  };
}
