/** The files of a new project: small, whole, and runnable at once (one TypeScript step, a gate, no Python). */

/** @param name letters, digits and hyphens: names the project, its bucket and its pipeline */
export function templateFiles(name: string): Record<string, string> {
  return {
    'telar.config.ts': CONFIG.replaceAll('NAME', name),
    'pipeline/fit.ts': FIT,
    'data/measurements.csv': measurements(),
    'package.json': `${JSON.stringify({ name, private: true, type: 'module' }, null, 2)}\n`,
    'README.md': readme(name),
    '.gitignore': '.telar/\nevidence/\n',
  };
}

/** `NAME` stands for the project's name. */
const CONFIG = `/** Fits a straight line to measurements, and accepts it only if it explains them well enough. */
import {
  bundledScript,
  codeBundle,
  conditionStep,
  defineParameters,
  definePipeline,
  defineProject,
  execution,
  failStep,
  greaterThanOrEqualTo,
  images,
  parameter,
  pipelineRole,
  processingStep,
  s3Uri,
  shapeOf,
  uploadFile,
} from 'telar';

const bucket = 'NAME-data';

const role = pipelineRole({
  name: 'NAME-pipeline-role',
  bucket,
  read: ['curated/*', 'pipeline/code/*'],
  write: ['pipeline/runs/*'],
});

const measurements = uploadFile({ file: 'data/measurements.csv', key: 'curated/measurements.csv' });

const parameters = defineParameters({
  CodeBundleUri: parameter.s3Uri(),
  InputUri: parameter.s3Uri(),
  Threshold: parameter.float({ default: 0.9 }),
});

const fit = processingStep({
  name: 'Fit',
  image: images.node(),
  instance: 'ml.t3.medium',
  script: bundledScript(parameters.CodeBundleUri, 'fit.ts'),
  inputs: { measurements: { from: parameters.InputUri, localPath: '/opt/ml/processing/input/measurements' } },
  outputs: { evaluation: s3Uri(bucket, 'pipeline/runs', execution.pipelineExecutionId, 'evaluation') },
  propertyFiles: {
    Evaluation: {
      output: 'evaluation',
      path: 'evaluation.json',
      contents: shapeOf<{ metrics: { r2: number; slope: number; intercept: number } }>(),
    },
  },
  cache: { expireAfter: 'P30D' },
});

const gate = conditionStep({
  name: 'GoodEnough',
  conditions: [greaterThanOrEqualTo(fit.propertyFiles.Evaluation.get('metrics.r2'), parameters.Threshold)],
  ifSteps: [],
  elseSteps: [failStep({ name: 'TooWeak', message: 'The line explains too little of the measurements.' })],
});

const pipeline = definePipeline({
  name: 'NAME',
  description: 'Fits a line and checks it.',
  role,
  parameters,
  steps: [fit, gate],
  startParameters: ({ codeBundleUri, uri }) => ({ CodeBundleUri: codeBundleUri, InputUri: uri(measurements.key) }),
});

export default defineProject({
  name: 'NAME',
  bucket,
  roles: [role],
  pipelines: [pipeline],
  data: [measurements],
  code: codeBundle({ folder: 'pipeline', include: ['fit.ts'] }),
});
`;

const FIT = `/** Fits y = intercept + slope·x by least squares and writes evaluation.json. Runs on Node, types and all. */
import fs from 'node:fs';

const INPUT = '/opt/ml/processing/input/measurements/measurements.csv';
const OUTPUT = '/opt/ml/processing/output/evaluation';

type Point = { x: number; y: number };

const points: Point[] = fs
  .readFileSync(INPUT, 'utf8')
  .trim()
  .split('\\n')
  .slice(1)
  .map((line) => {
    const [x, y] = line.split(',').map(Number);
    return { x: x!, y: y! };
  });

const mean = (of: (point: Point) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
const slope = mean((point) => (point.x - x) * (point.y - y)) / mean((point) => (point.x - x) ** 2);
const intercept = y - slope * x;
const left = mean((point) => (point.y - intercept - slope * point.x) ** 2);
const r2 = 1 - left / mean((point) => (point.y - y) ** 2);

fs.mkdirSync(OUTPUT, { recursive: true });
fs.writeFileSync(\`\${OUTPUT}/evaluation.json\`, JSON.stringify({ metrics: { r2, slope, intercept } }, null, 2));
console.log(\`\${points.length} measurements: y = \${intercept.toFixed(3)} + \${slope.toFixed(3)} x, r2 = \${r2.toFixed(4)}\`);
`;

/** A line with a fixed, uneven disturbance. */
function measurements(): string {
  const rows = Array.from({ length: 40 }, (_, index) => {
    const x = index / 4;
    return `${x},${(1.5 + 2.25 * x + Math.sin(index * 12.9898) * 0.8).toFixed(3)}`;
  });
  return `x,y\n${rows.join('\n')}\n`;
}

const readme = (name: string) => `# ${name}

A pipeline of one step and a gate: \`pipeline/fit.ts\` fits a line to \`data/measurements.csv\`, and the gate accepts it when its
r² reaches the threshold.

    telar up --detach     start the server
    telar run             publish, run, watch
    telar run -p Threshold=0.999
    telar why Fit         why it ran, or did not
    telar down

\`telar.config.ts\` says everything: the bucket, the role, the data, the pipeline.
`;
