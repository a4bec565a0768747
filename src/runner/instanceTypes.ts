/**
 * What SageMaker's instance types stand for: processors (vCPU) and memory, as AWS publishes them.
 *
 * In most families a size says it all: `large` has 2 vCPU, `xlarge` 4, `nxlarge` 4n, and memory is in proportion. What departs from
 * that is named with its own figures. Types themselves are checked against AWS's enumerations before a job exists.
 * https://aws.amazon.com/sagemaker/ai/pricing/ · https://docs.aws.amazon.com/ec2/latest/instancetypes/
 */

export type InstanceType = { cpus: number; memoryBytes: number };

const GIBIBYTE = 1024 ** 3;

/** GiB of memory to a vCPU. Of g7, new, no figures were found: it is taken to be like the g families before it. */
const PROPORTION: Readonly<Record<string, number>> = {
  ...{ c4: 1.875, c5: 2, c5n: 2.625, c6i: 2, c7i: 2, 'c7i-flex': 2, c8i: 2, 'c8i-flex': 2 },
  ...{ m4: 4, m5: 4, m6i: 4, m7i: 4, 'm7i-flex': 4, m8i: 4, 'm8i-flex': 4 },
  ...{ r5: 8, r5d: 8, r6i: 8, r7i: 8, r8i: 8, 'r8i-flex': 8, t3: 4 },
  ...{ g4dn: 4, g5: 4, g6: 4, g6e: 8, g7: 4, g7e: 8 },
  ...{ p2: 15.25, p3: 7.625, p3dn: 8, p4d: 12, p4de: 12, p5e: 2048 / 192, p5en: 2048 / 192 },
  ...{ 'p6-b200': 2048 / 192, 'p6-b300': 4096 / 192, 'p6e-gb200': 960 / 144 },
  ...{ trn1: 4, trn1n: 4, trn2: 2048 / 192 },
};

/** vCPU and GiB of those that are not in proportion. */
const OWN_FIGURES: Readonly<Record<string, readonly [cpus: number, gibibytes: number]>> = {
  'c4.8xlarge': [36, 60],
  'c5n.9xlarge': [36, 96],
  'c5n.18xlarge': [72, 192],
  't3.medium': [2, 4],
  'p2.16xlarge': [64, 732],
  'p5.4xlarge': [16, 256],
  'p5.48xlarge': [192, 2048],
  'g7e.12xlarge': [48, 512],
  'g7e.24xlarge': [96, 1024],
  'g7e.48xlarge': [192, 2048],
};

const NAME = /^ml\.([a-z0-9-]+)\.(large|(\d*)xlarge|medium)$/;

/**
 * @example instanceType('ml.m5.xlarge') // { cpus: 4, memoryBytes: 17179869184 }
 * @returns undefined for a type that is not known here
 */
export function instanceType(name: string): InstanceType | undefined {
  const match = NAME.exec(name);
  if (!match) return undefined;
  const [, family = '', size = '', times] = match;
  const own = OWN_FIGURES[`${family}.${size}`];
  if (own) return { cpus: own[0], memoryBytes: own[1] * GIBIBYTE };
  const proportion = PROPORTION[family];
  if (proportion === undefined || size === 'medium') return undefined;
  const cpus = size === 'large' ? 2 : 4 * Number(times || 1);
  return { cpus, memoryBytes: Math.round(cpus * proportion * GIBIBYTE) };
}
