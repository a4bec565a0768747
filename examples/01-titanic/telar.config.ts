/**
 * Who survives the Titanic? The whole system: a model's pipeline (modelbuild.ts), and what scores files with its models.
 */
import { codeBundle, defineProject, uploadFile } from 'telar';
import { alerts } from './flows/alerts.ts';
import { cleaning, cleaningRole } from './flows/cleaning.ts';
import { functions } from './flows/functions.ts';
import { inference } from './flows/inference.ts';
import { retraining, retrainingRole } from './flows/retraining.ts';
import {
  evalMetricsRole,
  getApprovedModelRole,
  inferenceRole,
  trainingRole,
  writeManifestRole,
} from './flows/roles.ts';
import { training } from './flows/training.ts';
import { bucket, machineRole, modelBuild, modelBuildRun, passengers, role, survival } from './modelbuild.ts';
import { modelRole } from './serving.ts';

export default defineProject({
  name: 'titanic',
  bucket,
  roles: [
    ...[role, machineRole, modelRole],
    ...[
      trainingRole,
      inferenceRole,
      cleaningRole,
      evalMetricsRole,
      getApprovedModelRole,
      writeManifestRole,
      retrainingRole,
    ],
  ],
  modelPackageGroups: [survival],
  pipelines: [modelBuild],
  glueJobs: [cleaning],
  functions,
  topics: [alerts],
  rules: retraining,
  bucketEvents: true,
  machines: [training, inference, modelBuildRun],
  data: [
    passengers,
    uploadFile({ file: 'data/titanic.csv', key: 'raw/titanic.csv' }),
    uploadFile({ file: 'data/passengers.csv', key: 'scoring/passengers.csv' }),
  ],
  code: codeBundle({
    folder: 'pipeline',
    include: ['preprocess.py', 'evaluate.py', 'features.py', 'job.py', 'inference.py'],
  }),
  predict: { group: survival, role: modelRole },
});
