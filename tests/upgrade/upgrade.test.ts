import { readdirSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startTestServer } from '../support/server.ts';
import { permit, workbenchOf } from '../support/workbench.ts';
import { NAME, told, unpack } from './folder.ts';

const versions = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe('a data folder of an earlier release', () => {
  it.each(versions.map(({ name }) => name))('%s: tells what it told then, and works on', async (version) => {
    const { folder, expected } = unpack(version);
    const server = await startTestServer({ folder });
    try {
      const bench = workbenchOf(server, NAME);
      expect(await told(bench)).toEqual(expected);
      // 0.1.0 kept no lineage: its jobs and models get theirs.
      const training = (await bench.sagemaker.listTrainingJobs({})).TrainingJobSummaries!.at(0)!;
      const components = () => bench.sagemaker.listTrialComponents({ SourceArn: training.TrainingJobArn });
      await expect.poll(async () => (await components()).TrialComponentSummaries!.length).toBe(1);
      const { ModelPackageSummaryList } = await bench.sagemaker.listModelPackages({ ModelPackageType: 'Versioned' });
      const SourceUri = ModelPackageSummaryList![0]!.ModelPackageArn;
      await expect
        .poll(async () => (await bench.sagemaker.listArtifacts({ SourceUri })).ArtifactSummaries!.length)
        .toBe(1);
      // Policies were not enforced in 0.1.0: its roles could do everything without one.
      await permit(bench, NAME);
      const { status, steps } = await bench.ended(await bench.start(NAME));
      expect([status, steps.length]).toEqual(['Succeeded', 4]);
    } finally {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
