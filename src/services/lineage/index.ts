/**
 * SageMaker's lineage: artifacts, contexts, actions and the associations between them, made by clients and recorded by
 * Telar itself for every job and model package. Owns the tables `lineage_*`.
 */
import type { Service } from '../../protocol/service.ts';
import type { LineageContext, Parts } from './context.ts';
import { type ServedBy, usesOfProcessing, usesOfTraining, usesOfTransform } from './jobUses.ts';
import { artifactArn } from './names.ts';
import { actionOperations, artifactOperations, contextOperations, graphOperations } from './operations.ts';
import { type JobUses, type RecordedPackage, recordApproval, recordJob, recordPackage } from './recording.ts';
import { lineageStore } from './store.ts';

export type { LineageContext } from './context.ts';
export type { RecordedPackage } from './recording.ts';
export { migrations as lineageMigrations } from './store.ts';

/** A job that has ended, and the trial component that stands for it. */
export type EndedJob = {
  kind: 'Training' | 'Processing' | 'Transform';
  region: string;
  componentArn: string;
  componentType: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Its Describe answer. */
  describe: Readonly<Record<string, unknown>>;
  servedBy?: ServedBy | undefined;
};

export type LineageService = {
  service: Service;
  /** Whether an ARN names an artifact, context or action: for its tags. */
  exists(arn: string): boolean;
  /** Whether there is an artifact of a URI. */
  knows(region: string, sourceUri: string): boolean;
  /** Inside the transaction that ends a job. */
  jobEnded(job: EndedJob): void;
  /** Inside the transaction that registers a model package. */
  packageRegistered(made: RecordedPackage): void;
  /** Inside the transaction that changes a model package's approval. */
  approvalChanged(changed: RecordedPackage): void;
};

/** @example const lineage = createLineageService({ api: sagemaker, store, clock, account, ports: { experimentNode, setTags, removeTags } }); */
export function createLineageService({ api, store, clock, account, ports }: LineageContext): LineageService {
  const parts: Parts = { account, clock, ports, db: lineageStore(store.sql) };
  return {
    service: {
      name: 'lineage',
      api,
      operations: {
        ...artifactOperations(parts),
        ...contextOperations(parts),
        ...actionOperations(parts),
        ...graphOperations(parts),
      },
      refused: {
        GetLineageGroupPolicy: 'lineage is not shared between accounts, so that its group has no policy.',
      },
    },
    exists: (arn) => parts.db.entity({ arn }) !== undefined,
    knows: (region, sourceUri) => parts.db.entity({ arn: artifactArn({ account, region }, sourceUri) }) !== undefined,
    jobEnded: ({ describe, ...job }) => recordJob(parts, { ...job, ...usesOf(job, describe) }),
    packageRegistered: (made) => recordPackage(parts, made),
    approvalChanged: (changed) => recordApproval(parts, changed),
  };
}

function usesOf({ kind, servedBy }: Pick<EndedJob, 'kind' | 'servedBy'>, describe: EndedJob['describe']): JobUses {
  if (kind === 'Training') return usesOfTraining(describe);
  return kind === 'Transform' ? usesOfTransform(describe, servedBy) : usesOfProcessing(describe);
}
