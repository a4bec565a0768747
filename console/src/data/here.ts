/** ARNs of this account, in the region that is looked at: what a page's address names by its name alone. */
import { accountNow, regionNow } from './session.ts';

/** @example arnHere('sagemaker', `pipeline/${name}`) // 'arn:aws:sagemaker:us-east-1:000000000000:pipeline/titanic' */
export const arnHere = (service: string, resource: string): string =>
  `arn:aws:${service}:${regionNow()}:${accountNow()}:${resource}`;
