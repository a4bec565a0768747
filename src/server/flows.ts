/**
 * The services that carry work from one to the next, wired: what tells of things that happen, what listens, and what is started
 * by it. They know the others through the operation table (`sendTo`) and through what these emit.
 */
import type { EmitEvent } from '../base/systemEvents.ts';
import type { World } from '../base/world.ts';
import type { Policy } from '../definition/policy/types.ts';
import type { MissedPolicy } from '../definition/schedules/missed.ts';
import { occurrenceMigrations } from '../engine/occurrenceStore.ts';
import type { Api } from '../protocol/api.ts';
import type { Dispatch } from '../protocol/dispatch.ts';
import type { Service } from '../protocol/service.ts';
import type { SendTo } from '../protocol/targets.ts';
import { eventsMigrations } from '../services/events/index.ts';
import { functionsMigrations } from '../services/functions/index.ts';
import { glueMigrations } from '../services/glue/index.ts';
import type { Identity } from '../services/identity/index.ts';
import type { JobEnd, Orders } from '../services/jobs/index.ts';
import type { Machines } from '../services/machines/index.ts';
import { notificationsMigrations, type Outbox } from '../services/notifications/index.ts';
import { queuesMigrations } from '../services/queues/index.ts';
import { type Schedules, schedulerMigrations } from '../services/scheduler/index.ts';
import type { TagsOf } from '../services/tags/index.ts';
import type { Migrations } from '../store/migrations.ts';
import type { Store } from '../store/store.ts';
import { eventsService } from './events.ts';
import { type FunctionParts, functionsService } from './functions.ts';
import { type GlueJobs, glueService } from './glue.ts';
import { type NotificationMeans, notificationsService } from './notifications/index.ts';
import { queuesService } from './queues.ts';
import type { RoleCalls } from './roleCalls.ts';
import { type ServiceCalls, serviceCalls } from './roleCalls.ts';
import { schedulerService } from './scheduler.ts';
import { type SendParts, sendTo } from './targets.ts';

export const flowMigrations: readonly Migrations[] = [
  queuesMigrations,
  notificationsMigrations,
  eventsMigrations,
  glueMigrations,
  functionsMigrations,
  occurrenceMigrations,
  schedulerMigrations,
];

export type FlowParts = {
  store: Store;
  world: World;
  account: string;
  auth: 'sigv4' | 'off';
  identity: Identity;
  callAs: RoleCalls;
  tags: TagsOf;
  logs: SendParts['logs'];
  /** Where clients reach this system. */
  endpointUrl(): string;
  /** How messages leave this machine. */
  notifications?: NotificationMeans | undefined;
  /** What becomes of schedules that were missed, where no tag says it. */
  missed?: MissedPolicy | undefined;
  /** Told of every event: whoever watches sees it. */
  heard: EmitEvent;
  /** There once all services are. */
  dispatch(): Dispatch;
  apis(): readonly Api[];
  orders(): Orders;
  jobEnded: Machines['jobEnded'];
} & Omit<FunctionParts, 'send'>;

export type Flows = {
  services: readonly Service[];
  /** Tells of an event: it reaches whoever listens, once the transaction has committed. */
  emit: EmitEvent;
  /** For what sends by itself: a bucket's notifications. */
  send: SendTo;
  callAsService: ServiceCalls;
  /** The policies of the resources of these services, by the service of an ARN. */
  attached: Readonly<Record<string, (arn: string) => Policy | undefined>>;
  /** What the telar service shows of them. */
  shown: {
    /** The mails that notifications have become. */
    outbox: Outbox;
    /** When a schedule next occurs; undefined for what is none. */
    scheduleTimes: Schedules['times'];
    /** What a schedule or a rule has set going; undefined for what is neither. */
    firings: Schedules['firings'];
  };
  /** Inside the transaction that ends a job of any service. */
  jobEnded(end: JobEnd): void;
  /** Inside the transaction that has the process of an order be. */
  orderBegun: GlueJobs['begun'];
};

export function createFlows(parts: FlowParts): Flows {
  const shared = sharedParts(parts);
  const functions = functionsService(shared);
  const events = eventsService(shared);
  const emit: EmitEvent = (event) => {
    events.emit(event);
    parts.heard(event);
  };
  const queues = queuesService(shared);
  const schedules = schedulerService(shared);
  const notifications = notificationsService({ ...shared, means: parts.notifications });
  const { glue, jobs } = glueService({ ...shared, emit, awaitedEnded: parts.jobEnded });
  return {
    services: [queues, notifications, glue, functions, events, schedules].map(({ service }) => service),
    ...{ send: shared.send, callAsService: shared.callAsService },
    ...{ emit, jobEnded: jobs.ended, orderBegun: jobs.begun },
    attached: {
      sqs: queues.policy,
      sns: notifications.topicPolicy,
      lambda: functions.attached,
      events: events.policyOf,
    },
    shown: {
      outbox: notifications.outbox,
      scheduleTimes: (arn) => schedules.times(arn) ?? events.times(arn),
      firings: (arn, most) => schedules.firings(arn, most) ?? events.firings(arn, most),
    },
  };
}

/** What all of them are given. */
type Shared = FlowParts & { send: SendTo; callAsService: ServiceCalls };

function sharedParts(parts: FlowParts): Shared {
  return { ...parts, send: sendTo(parts), callAsService: serviceCalls(parts) };
}
