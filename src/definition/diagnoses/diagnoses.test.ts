import { describe, expect, it } from 'vitest';
import { diagnose } from './diagnoses.ts';

const CODE = 's3://b/pipeline/code/abc/pipeline_code.tar.gz';

/** What was read → the diagnosis, and words that it must repeat. */
const KNOWN: [id: string, text: string, says: RegExp][] = [
  [
    'java-missing',
    'A glueetl job runs on Spark, which needs Java, and this machine has none. Install it',
    /default-jre/,
  ],
  ['glue-role', 'Role cleaner should be given assume role permissions for Glue Service. (Service: AWSGlue)', /cleaner/],
  ['spark-file-system', 'Py4JJavaError: UnsupportedFileSystemException: No FileSystem for scheme "s3"', /SQL text/],
  ['glue-timeout', '{"JobName":"clean","JobRunState":"TIMEOUT"}', /raise `timeout`/],
  [
    'code-bundle-missing',
    `ClientError: Data download failed:NoSuchKey (404): No S3 objects found under S3 URL "${CODE}" given in input data source. (input 'code')`,
    /NoSuchKey on CodeBundleUri.*abc\/pipeline_code/,
  ],
  [
    'code-bundle-missing',
    `botocore.errorfactory.NoSuchKey: An error occurred (NoSuchKey) when calling the GetObject operation: The specified key does not exist. ${CODE}`,
    /CodeBundleUri/,
  ],
  [
    'object-missing',
    'No S3 objects found under S3 URL "s3://b/curated/train.csv" given in input data source.',
    /s3:\/\/b\/curated\/train\.csv/,
  ],
  [
    'object-missing',
    `ERROR: s3://b/curated/validation.csv cannot be read: An error occurred (NoSuchKey) when calling the GetObject operation: The specified key does not exist.\nCode bundle: ${CODE}\nRead s3://b/curated/train.csv`,
    /no object s3:\/\/b\/curated\/validation\.csv\./,
  ],
  [
    'out-of-memory',
    'ClientError: Please use an instance type with more memory, or reduce the size of job data processed on an instance.\nKilled',
    /Its instance type has less memory/,
  ],
  [
    'out-of-memory',
    'ClientError: Please use an instance type with more memory, or reduce the size of training data processed on an instance.\ntelar: This machine is smaller than what the job asks for: ml.m5.24xlarge gets 21 GiB of 384 GiB of memory.',
    /This machine has less memory/,
  ],
  [
    'volume-full',
    'ClientError: No space left on device: the job has filled its volume of 30 GB, and was ended. Raise VolumeSizeInGB.',
    /volume of 30 GB/,
  ],
  ['bucket-missing', 'An error occurred (NoSuchBucket) when calling the GetObject operation', /bucket/],
  [
    'access-denied',
    'User: arn:aws:sts::0:assumed-role/r/s is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" because no identity-based policy allows the s3:GetObject action',
    /s3:GetObject on arn:aws:s3:::b\/k is not allowed/,
  ],
  [
    'access-denied',
    'botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the PutObject operation',
    /AccessDenied/,
  ],
  [
    'metric-not-found',
    "The path 'metrics.accuracy' was not found in s3://b/runs/1/evaluation.json: the document has 'scores'. Correct the Path, or what the step 'Evaluate' writes to evaluation.json.",
    /metrics\.accuracy was not found in evaluation\.json: the document has 'scores'/,
  ],
  [
    'document-unreadable',
    's3://b/runs/1/evaluation.json could not be read as JSON: it cannot be read: The specified key does not exist. (NoSuchKey)',
    /evaluation\.json was not written/,
  ],
  ['foreign-files', "AlgorithmError: Delimiter ',' is not found in the line", /Delimiter ','/],
  [
    'module-missing',
    "Traceback (most recent call last):\nModuleNotFoundError: No module named 'lightgbm.sklearn'",
    /lightgbm/,
  ],
  [
    'node-module-missing',
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'lodash' imported from /opt/ml/processing/input/code/a.ts\n  code: 'ERR_MODULE_NOT_FOUND'",
    /Node found no module/,
  ],
  [
    'python-missing',
    'ClientError: PythonMissing: Image scikit-learn-1.2-1 needs Python 3.9 to 3.14, best 3.11: there is none on the PATH. Install one (Debian, Ubuntu: apt install python3 python3-venv), or name it in TELAR_PYTHON.',
    /Python 3\.9 to 3\.14/,
  ],
  [
    'venv-missing',
    'Python 3.11 (/usr/bin/python3.11) cannot make virtual environments, which image scikit-learn-1.2-1 needs: its venv or ensurepip module is missing.',
    /virtual environments/,
  ],
  ['package-missing', 'ERROR: No matching distribution found for xgboost==1.7.6', /xgboost==1\.7\.6/],
  [
    'registry-unreachable',
    'ClientError: RegistryUnreachable: Image x could not be built: ERROR: No matching distribution found for boto3==1.40.61 pip cannot reach its package index. Check the network;',
    /cannot be reached/,
  ],
  ['image-unknown', "Telar has no image for 'example.com/mine:1'. It runs these", /example\.com\/mine:1/],
  ['port-taken', 'Port 4566 on 127.0.0.1 is taken by another program. Stop it', /Port 4566 is taken/],
  ['port-taken', 'Error: listen EADDRINUSE: address already in use 127.0.0.1:4566', /Port is taken/],
  ['disk-full', "OSError: [Errno 28] No space left on device: '/opt/ml/model/m'", /No space left/],
  ['out-of-memory', 'numpy.core._exceptions._ArrayMemoryError: Unable to allocate 64 GiB\nMemoryError', /memory/],
  ['out-of-memory', 'The job was ended by signal 9 (SIGKILL)', /memory|killed/],
  ['timeout', 'MaxRuntimeExceeded: the job ran longer than MaxRuntimeInSeconds (60)', /longest runtime/],
];

describe('diagnoses', () => {
  it.each(KNOWN)('%s: %s', (id, text, says) => {
    const found = diagnose({ step: 'S', text, parameters: { CodeBundleUri: CODE } });
    expect(found).toMatchObject({ id, step: 'S' });
    expect(`${found?.symptom} ${found?.cause} ${found?.action}`).toMatch(says);
  });

  it('says three whole sentences each time', () => {
    for (const [, text] of KNOWN) {
      const { symptom, cause, action } = diagnose({ step: undefined, text })!;
      for (const sentence of [symptom, cause, action]) expect(sentence).toMatch(/^\S.*[.)]$/s);
    }
  });

  it('does not invent one', () => {
    expect(diagnose({ step: 'S', text: 'AlgorithmError: exit code 1. ValueError: bad label' })).toBeUndefined();
  });
});
