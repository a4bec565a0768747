/** A refused call as a task's failure: names and causes as the two generations of AWS's SDK for Java give them to Step Functions. */
import type { Api } from '../../../protocol/api.ts';
import type { AwsError } from '../../../protocol/errors.ts';
import type { OptimizedService, SdkService } from './awsServices.ts';
import { exceptionName } from './names.ts';
import type { TaskFailure } from './types.ts';

/** @example S3.NoSuchBucketException: The specified bucket does not exist (Service: S3, Status Code: 404, Request ID: …) */
export function sdkFailure(service: SdkService, api: Api, error: AwsError, requestId: string): TaskFailure {
  const { label, silentAboutAttempts, unmodelled } = service;
  const modelled = unmodelled?.includes(error.code) ? undefined : api.errors.get(error.code);
  const details = [`Service: ${label}`, `Status Code: ${statusOf(api, error)}`, `Request ID: ${requestId}`];
  // S3 has a second id for each request; Telar's is the first one again, as in its answers.
  if (api.name === 's3') details.push(`Extended Request ID: ${requestId}`);
  return {
    error: `${label}.${exceptionName(modelled ?? label)}`,
    cause: `${error.message} (${details.join(', ')})${silentAboutAttempts ? '' : ' (SDK Attempt Count: 1)'}`,
  };
}

/** @example SNS.NotFoundException: Topic does not exist (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; …) */
export function optimizedFailure(service: OptimizedService, api: Api, error: AwsError, requestId: string): TaskFailure {
  const url = service.noHost?.exec(error.message)?.[1];
  if (url !== undefined) return hostNotFound(service, url);
  const modelled = api.errors.get(error.code);
  const details = [
    `Service: ${service.title}`,
    `Status Code: ${statusOf(api, error)}`,
    `Error Code: ${error.code}`,
    `Request ID: ${requestId}`,
    'Proxy: null',
  ];
  return {
    error: `${service.prefix}.${modelled === undefined ? service.unmodelled : exceptionName(modelled)}`,
    cause: `${error.message} (${details.join('; ')})`,
  };
}

function hostNotFound({ prefix }: OptimizedService, url: string): TaskFailure {
  const host = URL.canParse(url) ? new URL(url).hostname : url;
  return {
    error: `${prefix}.SdkClientException`,
    cause: `Unable to execute HTTP request: ${host}: Name or service not known`,
  };
}

/** AWS JSON answers a missing permission like every other fault of the caller's. */
function statusOf({ protocol }: Api, { status }: AwsError): number {
  return status === 403 && (protocol === 'json-1.0' || protocol === 'json-1.1') ? 400 : status;
}
