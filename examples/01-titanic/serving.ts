/** Whom models of the registry act as when files are scored: by the inference flow, and by `telar predict`. */
import { defineRole } from 'telar';
import { bucket } from './modelbuild.ts';

const objects = (...patterns: string[]) => patterns.map((pattern) => `arn:aws:s3:::${bucket}/${pattern}`);

export const modelRole = defineRole({
  name: 'titanic-model-role',
  description: 'The Titanic models: read artefacts, code and passengers, write predictions.',
  policies: {
    data: [
      {
        Sid: 'List',
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: `arn:aws:s3:::${bucket}`,
        Condition: { StringLike: { 's3:prefix': ['curated/*', 'predictions/*'] } },
      },
      {
        Sid: 'Read',
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: objects('pipeline/runs/*', 'pipeline/code/*', 'curated/*', 'predictions/*'),
      },
      {
        Sid: 'Write',
        Effect: 'Allow',
        Action: ['s3:PutObject', 's3:AbortMultipartUpload'],
        Resource: objects('predictions/*'),
      },
    ],
    logs: [
      {
        Sid: 'WriteLogs',
        Effect: 'Allow',
        Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
        Resource: ({ region, account }) => `arn:aws:logs:${region}:${account}:log-group:/aws/sagemaker/*`,
      },
    ],
    images: [
      { Sid: 'EnterRegistry', Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
      {
        Sid: 'PullImages',
        Effect: 'Allow',
        Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        Resource: ({ region }) => `arn:aws:ecr:${region}:*:repository/*`,
      },
    ],
  },
});
