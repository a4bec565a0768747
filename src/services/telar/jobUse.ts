/** ListJobUse: what jobs under way use, and how much of the machine is promised to them. */
import type { TelarInput, TelarOutputs } from './api.ts';
import { errors } from './errors.ts';
import type { SeenHost, SeenJob, TelarPorts } from './ports.ts';

type Output = TelarOutputs['ListJobUse'];

export function listJobUse(
  { jobUse }: Pick<TelarPorts, 'jobUse'>,
  { JobArn, MaxWaiting }: TelarInput<'ListJobUse'>,
): Output {
  const one = JobArn === undefined ? undefined : jobUse.job(JobArn);
  if (JobArn !== undefined && !one) throw errors.noJob(JobArn);
  const jobs = one ? [one] : jobUse.jobs(MaxWaiting);
  const { machine, capacity, promised, waiting, notBounded } = jobUse.machine();
  return {
    Machine: {
      ...{ Cpus: machine.cpus, MemoryBytes: machine.memoryBytes },
      ...{ CapacityCpus: capacity.cpus, CapacityMemoryBytes: capacity.memoryBytes },
      ...{ PromisedCpus: promised.cpus, PromisedMemoryBytes: promised.memoryBytes },
      ...{ JobsWaiting: waiting, NotBounded: notBounded },
    },
    Jobs: jobs.map(jobOf),
  };
}

const time = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());

function jobOf(job: SeenJob): Output['Jobs'][number] {
  return {
    ...{ JobArn: job.arn, JobName: job.name, JobType: job.kind, Image: job.image },
    ...{ Status: job.status, Phase: job.phase, Requester: job.requester, QueuePosition: job.queuePosition },
    ...{ InstanceType: job.instances.type, InstanceCount: job.instances.count },
    ...{ CpuLimit: job.limits.cpus, MemoryLimitBytes: job.limits.memoryBytes, VolumeBytes: job.limits.volumeBytes },
    ...{ CreatedAt: time(job.createdAt)!, StartedAt: time(job.startedAt), EndedAt: time(job.endedAt) },
    Hosts: job.hosts.map(hostOf),
  };
}

function hostOf(host: SeenHost): Output['Jobs'][number]['Hosts'][number] {
  return {
    ...{ Name: host.name, CpuSeconds: host.cpuSeconds, CpuPercent: host.cpuPercent },
    ...{ MemoryBytes: host.memoryBytes, PeakMemoryBytes: host.peakMemoryBytes },
    ...{ DiskBytes: host.diskBytes, Processes: host.processes },
    Series: host.series?.map(({ at, cpuPercent, memoryBytes }) => ({
      ...{ Time: time(at)!, CpuPercent: cpuPercent, MemoryBytes: memoryBytes },
    })),
  };
}
