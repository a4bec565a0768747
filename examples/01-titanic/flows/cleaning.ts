/** The job that both flows clean with: one script, and the role that it acts as. */
import { glueJob, glueRole } from 'telar';
import { bucket } from '../modelbuild.ts';
import { NAMES } from './run.ts';

export const cleaningRole = glueRole({
  name: 'titanic-clean-role',
  bucket,
  read: ['raw/*', 'scoring/*'],
  write: ['curated/run_date=*'],
});

export const cleaning = glueJob({
  name: NAMES.cleaning,
  description: 'Cleans passengers as they arrive, by the same rules for training and for inference.',
  script: 'glue/clean.py',
  role: cleaningRole,
  maxCapacity: 1,
  // A training and an inference, and one of each that a rule has started.
  maxConcurrentRuns: 4,
  timeout: 60,
});
