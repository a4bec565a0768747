/** The one table of this service: every operation of SNS but those that it leaves out on purpose. */
import type { Operations } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { subscriptionOperations } from './subscriptionOperations.ts';
import { publishOperations, tagOperations, topicOperations } from './topicOperations.ts';

const MOBILE = 'it does not send text messages or mobile pushes.';
const PROTECTION = 'it does not look into messages to protect data in them.';

/** And why. */
export const refused = {
  CheckIfPhoneNumberIsOptedOut: MOBILE,
  CreatePlatformApplication: MOBILE,
  CreatePlatformEndpoint: MOBILE,
  CreateSMSSandboxPhoneNumber: MOBILE,
  DeleteEndpoint: MOBILE,
  DeletePlatformApplication: MOBILE,
  DeleteSMSSandboxPhoneNumber: MOBILE,
  GetDataProtectionPolicy: PROTECTION,
  GetEndpointAttributes: MOBILE,
  GetPlatformApplicationAttributes: MOBILE,
  GetSMSAttributes: MOBILE,
  GetSMSSandboxAccountStatus: MOBILE,
  ListEndpointsByPlatformApplication: MOBILE,
  ListOriginationNumbers: MOBILE,
  ListPhoneNumbersOptedOut: MOBILE,
  ListPlatformApplications: MOBILE,
  ListSMSSandboxPhoneNumbers: MOBILE,
  OptInPhoneNumber: MOBILE,
  PutDataProtectionPolicy: PROTECTION,
  SetEndpointAttributes: MOBILE,
  SetPlatformApplicationAttributes: MOBILE,
  SetSMSAttributes: MOBILE,
  VerifySMSSandboxPhoneNumber: MOBILE,
} as const;

/** By the names of the SDK's commands: an operation that is new in the SDK is a type error here. */
type All = { [K in keyof Sdk]: K extends `${infer Name}Command` ? Name : never }[keyof Sdk];
type Served = Exclude<All, keyof typeof refused | '$'>;

export function notificationsOperations(parts: Parts): Operations<Sdk, Served> {
  return {
    ...topicOperations(parts),
    ...publishOperations(parts),
    ...subscriptionOperations(parts),
    ...tagOperations(parts),
  };
}
