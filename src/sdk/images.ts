/**
 * The images that AWS publishes for SageMaker, and Telar's own.
 *
 * Accounts and tags are those of the SageMaker Python SDK 2.257.7 (image_uri_config/sklearn.json, xgboost.json), for the
 * regions of the `aws` partition. Telar's server matches repository and tag only.
 */

import { mistake } from './mistake.ts';
import type { Late } from './scope.ts';

/** An image URI, or one that depends on the region. */
export type Image = string | Late<string>;
export type ScikitLearnVersion = '0.20.0' | '0.23-1' | '1.0-1' | '1.2-1' | '1.4-2';
export type XgboostVersion = '1.2-1' | '1.2-2' | '1.3-1' | '1.5-1' | '1.7-1' | '3.0-5';

/** Region → the account whose registry holds scikit-learn and XGBoost. */
const REGISTRIES: Readonly<Record<string, string>> = {
  'af-south-1': '510948584623',
  'ap-east-1': '651117190479',
  'ap-northeast-1': '354813040037',
  'ap-northeast-2': '366743142698',
  'ap-northeast-3': '867004704886',
  'ap-south-1': '720646828776',
  'ap-south-2': '628508329040',
  'ap-southeast-1': '121021644041',
  'ap-southeast-2': '783357654285',
  'ap-southeast-3': '951798379941',
  'ap-southeast-4': '106583098589',
  'ca-central-1': '341280168497',
  'ca-west-1': '190319476487',
  'eu-central-1': '492215442770',
  'eu-central-2': '680994064768',
  'eu-north-1': '662702820516',
  'eu-south-1': '978288397137',
  'eu-south-2': '104374241257',
  'eu-west-1': '141502667606',
  'eu-west-2': '764974769150',
  'eu-west-3': '659782779980',
  'il-central-1': '898809789911',
  'me-central-1': '272398656194',
  'me-south-1': '801668240914',
  'sa-east-1': '737474898029',
  'us-east-1': '683313688378',
  'us-east-2': '257758044811',
  'us-west-1': '746614075791',
  'us-west-2': '246618743249',
};

/**
 * Images by name.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
 */
export const images = {
  /** scikit-learn on Python 3: for Processing steps and script mode. @example images.scikitLearn('1.2-1') */
  scikitLearn: (version: ScikitLearnVersion): Image => fromAws(`sagemaker-scikit-learn:${version}-cpu-py3`),
  /** XGBoost: the built-in algorithm, and Python 3 with xgboost for scripts. @example images.xgboost('1.7-1') */
  xgboost: (version: XgboostVersion): Image => fromAws(`sagemaker-xgboost:${version}`),
  /** Node 24, for steps in TypeScript or JavaScript. On AWS, push an image of this name to your own registry. */
  node: (): Image => 'telar/node:24',
} as const;

/** @throws when the settled region has no registry */
function fromAws(repositoryAndTag: string): Late<string> {
  return ({ region }) => {
    const account = REGISTRIES[region];
    if (account) return `${account}.dkr.ecr.${region}.amazonaws.com/${repositoryAndTag}`;
    throw mistake(
      `image '${repositoryAndTag}'`,
      `no registry of AWS is known in region '${region}'. Publish to one of ${Object.keys(REGISTRIES).join(', ')}, ` +
        'or give the full image URI as a text',
    );
  };
}
