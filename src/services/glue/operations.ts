/** The operations on jobs, their runs and their tags. */
import { passRole, requestTagKeys } from '../../protocol/conditionKeys.ts';
import { type Access, type Call, type Operations, reads, writes } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { glueErrors } from './errors.ts';
import { createJob, deleteJob, describeJob, requireJob, tagList, updateJob } from './jobs.ts';
import { jobArn, jobOfArn, roleArnOf } from './names.ts';
import { pageOfJobs, pageOfRuns } from './paging.ts';
import { describeRun, type Runs } from './runs.ts';
import type { JobRow, RunRow } from './store.ts';

type JobNames = 'CreateJob' | 'GetJob' | 'GetJobs' | 'ListJobs' | 'BatchGetJobs' | 'UpdateJob' | 'DeleteJob';
type RunNames = 'StartJobRun' | 'GetJobRun' | 'GetJobRuns' | 'BatchStopJobRun';
type TagNames = 'TagResource' | 'UntagResource' | 'GetTags';

const SERVICE = 'glue.amazonaws.com';

const on =
  (action: string) =>
  ({ JobName }: { JobName?: string | undefined }, call: Call): Access[] => [
    { action: `glue:${action}`, resource: jobArn(call, JobName!) },
  ];

const onAll = (action: string) => (_input: object, call: Call) => [
  { action: `glue:${action}`, resource: jobArn(call, '*') },
];

const onArn =
  (action: string, tags?: (input: { TagsToAdd?: Record<string, string> | undefined }) => Record<string, string>) =>
  (input: { ResourceArn: string | undefined; TagsToAdd?: Record<string, string> | undefined }): Access[] => [
    {
      ...{ action: `glue:${action}`, resource: input.ResourceArn! },
      ...(tags && { keys: () => requestTagKeys(tagList(tags(input))) }),
    },
  ];

const passing = (role: string | undefined, call: Call): Access[] =>
  role ? [passRole(roleArnOf(call, role), SERVICE)] : [];

export function glueOperations(parts: Parts, runs: Runs): Operations<Sdk, JobNames | RunNames | TagNames> {
  return { ...jobOperations(parts), ...runOperations(parts, runs), ...tagOperations(parts) };
}

function jobOperations(parts: Parts): Operations<Sdk, JobNames> {
  const { db, ports } = parts;
  return {
    CreateJob: writes(
      ({ Name, Role, Tags }, call) => [
        {
          ...{ action: 'glue:CreateJob', resource: jobArn(call, Name!) },
          keys: () => requestTagKeys(tagList(Tags ?? {})),
        },
        ...passing(Role, call),
      ],
      (input, call) => ({ Name: createJob(parts, input, call) }),
    ),
    GetJob: reads(on('GetJob'), ({ JobName }, call) => ({ Job: describeJob(requireJob(parts, call, JobName!)) })),
    GetJobs: reads(onAll('GetJobs'), ({ NextToken, MaxResults }, call) => {
      const { items, next } = pageOfJobs(parts, call, 'GetJobs', { token: NextToken, most: MaxResults });
      return { Jobs: items.map(describeJob), NextToken: next };
    }),
    ListJobs: reads(onAll('ListJobs'), ({ NextToken, MaxResults, Tags }, call) => {
      const { items, next } = pageOfJobs(parts, call, 'ListJobs', { token: NextToken, most: MaxResults });
      const wanted = Object.entries(Tags ?? {});
      const has = ({ name }: JobRow) => {
        const tags = wanted.length === 0 ? [] : ports.tagsOf(jobArn(call, name));
        return wanted.every(([key, value]) => tags.some((tag) => tag.Key === key && tag.Value === value));
      };
      return { JobNames: items.filter(has).map(({ name }) => name), NextToken: next };
    }),
    BatchGetJobs: reads(
      ({ JobNames }, call) => JobNames!.map((name) => ({ action: 'glue:BatchGetJobs', resource: jobArn(call, name) })),
      ({ JobNames }, call) => {
        const names = [...new Set(JobNames)];
        const found = names.flatMap((name) => db.job({ region: call.region, name }) ?? []);
        const missing = names.filter((name) => !found.some((row) => row.name === name));
        return { Jobs: found.map(describeJob), JobsNotFound: missing };
      },
    ),
    UpdateJob: writes(
      (input, call) => [...on('UpdateJob')(input, call), ...passing(input.JobUpdate?.Role, call)],
      ({ JobName, JobUpdate }, call) => {
        updateJob(parts, requireJob(parts, call, JobName!), JobUpdate!, call);
        return { JobName };
      },
    ),
    DeleteJob: writes(on('DeleteJob'), ({ JobName }, call) => {
      deleteJob(parts, JobName!, call);
      return { JobName };
    }),
  };
}

function runOperations(parts: Parts, runs: Runs): Operations<Sdk, RunNames> {
  const { db } = parts;
  const runOf = (job: JobRow, id: string): RunRow | undefined => {
    const run = db.run({ id });
    return run?.job === job.id ? run : undefined;
  };
  return {
    StartJobRun: writes(on('StartJobRun'), (input, call) => {
      const job = db.job({ region: call.region, name: input.JobName! });
      if (!job) throw glueErrors.noJobToRun();
      return { JobRunId: runs.start(job, input, call) };
    }),
    GetJobRun: reads(on('GetJobRun'), ({ JobName, RunId }, call) => {
      const run = runOf(requireJob(parts, call, JobName!), RunId!);
      if (!run) throw glueErrors.noRun(JobName!, RunId!);
      return { JobRun: describeRun(run) };
    }),
    GetJobRuns: reads(on('GetJobRuns'), ({ JobName, NextToken, MaxResults }, call) => {
      const job = requireJob(parts, call, JobName!);
      const { items, next } = pageOfRuns(parts, job, { token: NextToken, most: MaxResults });
      return { JobRuns: items.map(describeRun), NextToken: next };
    }),
    BatchStopJobRun: writes(on('BatchStopJobRun'), ({ JobName, JobRunIds }, call) => {
      const job = requireJob(parts, call, JobName!);
      const asked = [...new Set(JobRunIds)].map((id) => ({ id, refusal: refusalToStop(runOf(job, id), id) }));
      return {
        SuccessfulSubmissions: asked
          .filter(({ refusal }) => refusal === undefined)
          .map(({ id }) => ({ JobName, JobRunId: id })),
        Errors: asked.flatMap(({ id, refusal }) =>
          refusal === undefined ? [] : [{ JobName, JobRunId: id, ErrorDetail: refusal }],
        ),
      };

      function refusalToStop(run: RunRow | undefined, id: string) {
        if (!run) return { ErrorCode: 'EntityNotFoundException', ErrorMessage: glueErrors.noRun(job.name, id).message };
        if (runs.stop(run, call.now)) return undefined;
        return { ErrorCode: 'InvalidInputException', ErrorMessage: `Job Run ${id} is ${run.state}: it is over.` };
      }
    }),
  };
}

function tagOperations(parts: Parts): Operations<Sdk, TagNames> {
  const { ports } = parts;
  const tagged = (arn: string, call: Call): string => {
    const name = jobOfArn(arn, call);
    if (name === undefined || !parts.db.job({ region: call.region, name })) throw glueErrors.noResource(arn);
    return jobArn(call, name);
  };
  return {
    TagResource: writes(
      onArn('TagResource', ({ TagsToAdd }) => TagsToAdd ?? {}),
      ({ ResourceArn, TagsToAdd }, call) => {
        ports.setTags(tagged(ResourceArn!, call), tagList(TagsToAdd!));
        return {};
      },
    ),
    UntagResource: writes(onArn('UntagResource'), ({ ResourceArn, TagsToRemove }, call) => {
      ports.removeTagsOfKeys(tagged(ResourceArn!, call), TagsToRemove!);
      return {};
    }),
    GetTags: reads(onArn('GetTags'), ({ ResourceArn }, call) => {
      const tags = ports.tagsOf(tagged(ResourceArn!, call));
      return { Tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) };
    }),
  };
}
