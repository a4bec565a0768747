/** The events service, with what it is given of the others. */
import type { World } from '../base/world.ts';
import type { Dispatch } from '../protocol/dispatch.ts';
import { inputFromJson } from '../protocol/json.ts';
import type { SendTo } from '../protocol/targets.ts';
import { createEventsService, type Events, type EventsContext, type EventsPorts } from '../services/events/index.ts';
import type { Identity } from '../services/identity/index.ts';
import type { Store } from '../store/store.ts';
import { events } from './apis.ts';
import type { RoleCalls, ServiceCalls } from './roleCalls.ts';
import { canBeSentTo } from './targets.ts';

/** As whom EventBridge calls. */
const PRINCIPAL = 'events.amazonaws.com';

type Parts = {
  store: Store;
  world: World;
  account: string;
  auth: 'sigv4' | 'off';
  identity: Identity;
  callAs: RoleCalls;
  callAsService: ServiceCalls;
  send: SendTo;
  missed?: EventsContext['missed'];
  tags: Pick<EventsPorts, 'tagsOf' | 'setTags' | 'removeTagsOfKeys' | 'removeTags'>;
  /** There once all services are. */
  dispatch(): Dispatch;
};

export function eventsService(parts: Parts): Events {
  const { store, world, account, missed, auth, identity, callAs, callAsService, send, tags, dispatch } = parts;
  return createEventsService({
    ...{ api: events, store, world, account, missed },
    ports: {
      ...{ send, canBeSentTo, callAs },
      putEvents(input, call, instead) {
        const entries = inputFromJson(events.operations.get('PutEvents')!, input);
        dispatch().runWithin(events, 'PutEvents', entries, call, instead);
      },
      callAsService: (region, ruleArn) => callAsService(PRINCIPAL, region, ruleArn),
      // A trust policy is a policy: with authentication off, none is asked.
      roleTrusts: (roleArn, ruleArn) => auth === 'off' || identity.trustsService(roleArn, PRINCIPAL, ruleArn),
      ...{ tagsOf: tags.tagsOf, setTags: tags.setTags },
      ...{ removeTagsOfKeys: tags.removeTagsOfKeys, removeTags: tags.removeTags },
    },
  });
}
