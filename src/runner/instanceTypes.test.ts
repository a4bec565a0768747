import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { instanceType } from './instanceTypes.ts';

const { shapes } = JSON.parse(
  readFileSync(new URL('../protocol/generated/constraints/sagemaker.json', import.meta.url), 'utf8'),
) as { shapes: Record<string, { enum?: string[] }> };

const gibibytes = (name: string) => {
  const { cpus, memoryBytes } = instanceType(name)!;
  return [cpus, memoryBytes / 1024 ** 3];
};

describe('instance types', () => {
  it('all of the types that AWS takes for training and processing stand for something', () => {
    const names = ['TrainingInstanceType', 'ProcessingInstanceType'].flatMap((shape) => shapes[shape]!.enum!);
    expect(names.length).toBeGreaterThan(300);
    expect(names.filter((name) => instanceType(name) === undefined)).toEqual([]);
  });

  it.each([
    ['ml.t3.medium', 2, 4],
    ['ml.t3.large', 2, 8],
    ['ml.m5.large', 2, 8],
    ['ml.m5.xlarge', 4, 16],
    ['ml.m5.24xlarge', 96, 384],
    ['ml.c4.xlarge', 4, 7.5],
    ['ml.c4.8xlarge', 36, 60],
    ['ml.c5.9xlarge', 36, 72],
    ['ml.c5n.xlarge', 4, 10.5],
    ['ml.c5n.18xlarge', 72, 192],
    ['ml.r5.16xlarge', 64, 512],
    ['ml.p2.xlarge', 4, 61],
    ['ml.p3.2xlarge', 8, 61],
    ['ml.p4d.24xlarge', 96, 1152],
    ['ml.g5.48xlarge', 192, 768],
    ['ml.g6e.12xlarge', 48, 384],
    ['ml.trn1.32xlarge', 128, 512],
  ])('%s has %d processors and %d GiB', (name, cpus, memory) => {
    expect(gibibytes(name)).toEqual([cpus, memory]);
  });

  it('what is no type stands for nothing', () => {
    for (const name of ['m5.large', 'ml.zz9.large', 'ml.m5.huge', 'ml.m5.medium', 'local']) {
      expect(instanceType(name)).toBeUndefined();
    }
  });
});
