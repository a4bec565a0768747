/** EventBridge Scheduler, with what it is given of the others. */

import type { World } from '../base/world.ts';
import { isStatesError } from '../definition/asl/failure.ts';
import type { Json } from '../definition/asl/scope.ts';
import type { MissedPolicy } from '../definition/schedules/missed.ts';
import type { Api } from '../protocol/api.ts';
import type { Dispatch } from '../protocol/dispatch.ts';
import { awsError } from '../protocol/errors.ts';
import type { SendTo } from '../protocol/targets.ts';
import type { Identity } from '../services/identity/index.ts';
import { createIntegrations } from '../services/machines/index.ts';
import { createSchedulerService, type SchedulerPorts, type Schedules } from '../services/scheduler/index.ts';
import type { Store } from '../store/store.ts';
import { scheduler } from './apis.ts';
import type { RoleCalls } from './roleCalls.ts';
import { canBeSentTo } from './targets.ts';

type Parts = {
  store: Store;
  world: World;
  account: string;
  auth: 'sigv4' | 'off';
  identity: Identity;
  callAs: RoleCalls;
  send: SendTo;
  tags: Pick<SchedulerPorts, 'tagsOf' | 'setTags' | 'removeTagsOfKeys' | 'removeTags'>;
  missed?: MissedPolicy | undefined;
  dispatch(): Dispatch;
  apis(): readonly Api[];
};

export function schedulerService(parts: Parts): Schedules {
  const { store, world, account, auth, identity, callAs, send, tags, missed } = parts;
  return createSchedulerService({
    ...{ api: scheduler, store, world, account, missed },
    ports: {
      ...{ callAs, send, canBeSentTo },
      // A trust policy is a policy: with authentication off, none is asked.
      roleTrusts: (roleArn, scheduleArn) =>
        auth === 'off' || identity.trustsService(roleArn, 'scheduler.amazonaws.com', scheduleArn),
      ...universalTargets(parts),
      ...{ tagsOf: tags.tagsOf, setTags: tags.setTags },
      ...{ removeTagsOfKeys: tags.removeTagsOfKeys, removeTags: tags.removeTags },
    },
  });
}

/** `aws-sdk:service:action` means for a schedule what it means for a machine's task. */
function universalTargets({ dispatch, apis }: Parts): Pick<SchedulerPorts, 'refusalOf' | 'invoke'> {
  const integrations = createIntegrations({ apis, serves: (api, name) => dispatch().find(api, name) !== undefined });
  const resourceOf = ({ arn, service, action }: { arn: string; service: string; action: string }) =>
    ({ kind: 'integration', arn, sdk: true, service, action, pattern: 'request-response' }) as const;
  return {
    refusalOf: (target) => integrations.supports(resourceOf(target)),
    invoke(target, input, { scheduleArn, at }, call) {
      const attempt = { execution: scheduleArn, entered: at, start: 1 };
      const planned = asAws(() =>
        integrations.resolve(resourceOf(target)).prepare(input as Json, attempt, 'Arguments'),
      );
      const { api, operation } = planned;
      if (dispatch().find(api, operation.name)?.kind === 'stream')
        return () => dispatch().run(api, operation.name, planned.input, call);
      dispatch().runWithin(api, operation.name, planned.input, call);
      return undefined;
    },
  };
}

/** What the States Language calls a runtime error is here a request that is wrong. */
function asAws<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw isStatesError(error) ? awsError('ValidationException', error.failure.cause) : error;
  }
}
