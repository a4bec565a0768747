/** The one table of this service. What needs another cloud service than Telar has is refused by name (refused.ts). */
import { passRole, requestTagKeys } from '../../protocol/conditionKeys.ts';
import { type Access, type Call, type Operations, reads, writes } from '../../protocol/service.ts';
import { archiveOperations } from './archiveOperations.ts';
import type { Forgetting } from './archives.ts';
import { createBus, deleteBus, describeBus, listBuses, updateBus } from './buses.ts';
import type { Sdk } from './context.ts';
import { putEvents } from './entries.ts';
import { busArn, busArnOf, ruleArnOf } from './names.ts';
import { putPermission, removePermission } from './permissions.ts';
import type { ReplayStep } from './replays.ts';
import {
  deleteRule,
  describeRule,
  listRules,
  putRule,
  type RuleParts,
  requireRule,
  ruleNamesByTarget,
  setState,
} from './rules.ts';
import { addTags, requireTagged, tagging } from './tags.ts';
import { listTargets, putTargets, removeTargets } from './targets.ts';
import { testEventPattern } from './testPattern.ts';

export type OperationParts = RuleParts & {
  addStep(lane: string, step: ReplayStep): void;
  forgetting: Pick<Forgetting, 'noticed'>;
};

export function eventsOperations(parts: OperationParts) {
  return {
    ...eventOperations(parts),
    ...busOperations(parts),
    ...ruleOperations(parts),
    ...targetOperations(parts),
    ...tagOperations(parts),
    ...archiveOperations(parts),
  };
}

function eventOperations(parts: OperationParts): Operations<Sdk, 'PutEvents' | 'TestEventPattern'> {
  return {
    PutEvents: writes(
      ({ Entries = [] }, call) =>
        Entries.map(({ EventBusName, Source, DetailType }) => ({
          action: 'events:PutEvents',
          resource: busArnOf(call, EventBusName),
          keys: () => ({ 'events:source': Source, 'events:detail-type': DetailType }),
        })),
      (input, call) => putEvents(parts, input, call),
      'data',
    ),
    TestEventPattern: reads(
      () => [{ action: 'events:TestEventPattern', resource: '*' }],
      ({ EventPattern, Event }) => ({ Result: testEventPattern(EventPattern!, Event!) }),
    ),
  };
}

const anywhere = (action: string) => (): Access[] => [{ action: `events:${action}`, resource: '*' }];

const onBus =
  (action: string) =>
  (name: string | undefined, call: Call): Access[] => [{ action: `events:${action}`, resource: busArnOf(call, name) }];

type BusNames = `${'Create' | 'Describe' | 'Update' | 'Delete'}EventBus` | 'ListEventBuses';

function busOperations(parts: OperationParts): Operations<Sdk, BusNames | 'PutPermission' | 'RemovePermission'> {
  return {
    CreateEventBus: writes(
      ({ Name, Tags }, call) => {
        const resource = busArn(call, Name!);
        const create = { action: 'events:CreateEventBus', resource, keys: () => requestTagKeys(Tags) };
        return [create, ...tagging(resource, Tags)];
      },
      (input, call) => createBus(parts, input, call),
    ),
    DescribeEventBus: reads(
      ({ Name }, call) => onBus('DescribeEventBus')(Name, call),
      ({ Name }, call) => describeBus(parts, Name, call),
    ),
    ListEventBuses: reads(anywhere('ListEventBuses'), (input, call) => listBuses(parts, input, call)),
    UpdateEventBus: writes(
      ({ Name }, call) => onBus('UpdateEventBus')(Name, call),
      (input, call) => updateBus(parts, input, call),
    ),
    DeleteEventBus: writes(
      ({ Name }, call) => onBus('DeleteEventBus')(Name, call),
      ({ Name }, call) => {
        deleteBus(parts, Name!, call);
        return {};
      },
    ),
    PutPermission: writes(
      ({ EventBusName }, call) => onBus('PutPermission')(EventBusName, call),
      (input, call) => {
        putPermission(parts, input, call);
        return {};
      },
    ),
    RemovePermission: writes(
      ({ EventBusName }, call) => onBus('RemovePermission')(EventBusName, call),
      (input, call) => {
        removePermission(parts, input, call);
        return {};
      },
    ),
  };
}

type OnRule = { EventBusName?: string | undefined };
const onRule =
  (action: string) =>
  ({ EventBusName }: OnRule, name: string | undefined, call: Call): Access => ({
    action: `events:${action}`,
    resource: ruleArnOf(call, EventBusName, name!),
  });

const passing = (...roles: readonly (string | undefined)[]): Access[] =>
  roles.flatMap((role) => (role === undefined ? [] : [passRole(role, 'events.amazonaws.com')]));

type RuleNames = `${'Put' | 'Describe' | 'Enable' | 'Disable' | 'Delete'}Rule` | 'ListRules' | 'ListRuleNamesByTarget';

function ruleOperations(parts: OperationParts): Operations<Sdk, RuleNames> {
  return {
    PutRule: writes(
      (input, call) => {
        const put = onRule('PutRule')(input, input.Name, call);
        const keys = () => requestTagKeys(input.Tags);
        return [{ ...put, keys }, ...tagging(put.resource, input.Tags), ...passing(input.RoleArn)];
      },
      (input, call) => putRule(parts, input, call),
    ),
    DescribeRule: reads(
      (input, call) => [onRule('DescribeRule')(input, input.Name, call)],
      ({ EventBusName, Name }, call) => describeRule(requireRule(parts, call, EventBusName, Name!), call),
    ),
    EnableRule: writes(
      (input, call) => [onRule('EnableRule')(input, input.Name, call)],
      ({ EventBusName, Name }, call) => {
        setState(parts, requireRule(parts, call, EventBusName, Name!), 'ENABLED', call.now);
        return {};
      },
    ),
    DisableRule: writes(
      (input, call) => [onRule('DisableRule')(input, input.Name, call)],
      ({ EventBusName, Name }, call) => {
        setState(parts, requireRule(parts, call, EventBusName, Name!), 'DISABLED', call.now);
        return {};
      },
    ),
    DeleteRule: writes(
      (input, call) => [onRule('DeleteRule')(input, input.Name, call)],
      (input, call) => {
        deleteRule(parts, input, call);
        return {};
      },
    ),
    ListRules: reads(anywhere('ListRules'), (input, call) => listRules(parts, input, call)),
    ListRuleNamesByTarget: reads(anywhere('ListRuleNamesByTarget'), (input, call) =>
      ruleNamesByTarget(parts, input, call),
    ),
  };
}

function targetOperations(
  parts: OperationParts,
): Operations<Sdk, 'PutTargets' | 'RemoveTargets' | 'ListTargetsByRule'> {
  return {
    PutTargets: writes(
      (input, call) => {
        const targets = input.Targets ?? [];
        const keys = () => ({ 'events:TargetArn': targets.map(({ Arn = '' }) => Arn) });
        const put = onRule('PutTargets')(input, input.Rule, call);
        return [{ ...put, keys }, ...passing(...targets.map(({ RoleArn }) => RoleArn))];
      },
      (input, call) => putTargets(parts, input, call),
    ),
    RemoveTargets: writes(
      (input, call) => [onRule('RemoveTargets')(input, input.Rule, call)],
      (input, call) => removeTargets(parts, input, call),
    ),
    ListTargetsByRule: reads(
      (input, call) => [onRule('ListTargetsByRule')(input, input.Rule, call)],
      (input, call) => listTargets(parts, input, call),
    ),
  };
}

function tagOperations(
  parts: OperationParts,
): Operations<Sdk, 'TagResource' | 'UntagResource' | 'ListTagsForResource'> {
  return {
    TagResource: writes(
      ({ ResourceARN, Tags }) => tagging(ResourceARN!, Tags),
      ({ ResourceARN, Tags }, call) => {
        addTags(parts, requireTagged(parts, ResourceARN!, call), Tags!);
        return {};
      },
    ),
    UntagResource: writes(
      ({ ResourceARN, TagKeys }) => [
        { action: 'events:UntagResource', resource: ResourceARN!, keys: () => ({ 'aws:TagKeys': TagKeys }) },
      ],
      ({ ResourceARN, TagKeys }, call) => {
        parts.ports.removeTagsOfKeys(requireTagged(parts, ResourceARN!, call), TagKeys!);
        return {};
      },
    ),
    ListTagsForResource: reads(
      ({ ResourceARN }) => [{ action: 'events:ListTagsForResource', resource: ResourceARN! }],
      ({ ResourceARN }, call) => ({ Tags: parts.ports.tagsOf(requireTagged(parts, ResourceARN!, call)) }),
    ),
  };
}
