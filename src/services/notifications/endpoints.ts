/**
 * Where subscriptions lead: what an endpoint must look like for its protocol.
 *
 * N1. A password in an address is sent to that address alone: answers show it as `****`.
 */
import { parseArn } from '../../base/arn.ts';
import { notificationErrors } from './errors.ts';
import { LEFT_OUT_PROTOCOLS, PROTOCOLS, type Protocol } from './legal.ts';
import { isFifo } from './names.ts';

const LONGEST = 2048;
const EMAIL = /^[^\s@<>"(),;:\\[\]\p{Cc}]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/u;

/** @throws InvalidParameter for one that AWS does not know, or that Telar does not deliver by */
export function requireProtocol(text: string): Protocol {
  const protocol = PROTOCOLS.find((one) => one === text);
  if (protocol) return protocol;
  throw LEFT_OUT_PROTOCOLS.includes(text)
    ? notificationErrors.protocolLeftOut(text)
    : notificationErrors.protocol(text);
}

/**
 * @param topic its name: a FIFO topic sends to queues alone
 * @param isOwnAddress whether an address is this very server's
 * @throws InvalidParameter
 */
export function requireEndpoint(
  protocol: Protocol,
  endpoint: string,
  topic: string,
  isOwnAddress: (url: URL) => boolean,
): void {
  if (endpoint === '' || endpoint.length > LONGEST) throw notificationErrors.endpoint('Endpoint');
  if (isFifo(topic) && protocol !== 'sqs')
    throw notificationErrors.endpoint('Invalid parameter: Endpoint Reason: Please use FIFO SQS queue');
  CHECKS[protocol](endpoint, topic, isOwnAddress);
}

type Check = (endpoint: string, topic: string, isOwnAddress: (url: URL) => boolean) => void;

const CHECKS: Readonly<Record<Protocol, Check>> = {
  http: (endpoint, _, isOwn) => requireUrl('http', endpoint, isOwn),
  https: (endpoint, _, isOwn) => requireUrl('https', endpoint, isOwn),
  email: requireEmail,
  'email-json': requireEmail,
  sqs(endpoint, topic) {
    if (parseArn(endpoint)?.service !== 'sqs') throw notificationErrors.endpoint('SQS endpoint ARN');
    if (isFifo(endpoint) && !isFifo(topic))
      throw notificationErrors.endpoint(
        'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
      );
  },
  lambda(endpoint) {
    const parsed = parseArn(endpoint);
    if (parsed?.service !== 'lambda' || !parsed.resource.startsWith('function:'))
      throw notificationErrors.endpoint('Lambda endpoint ARN');
  },
};

function requireUrl(protocol: 'http' | 'https', endpoint: string, isOwnAddress: (url: URL) => boolean): void {
  if (!endpoint.startsWith(`${protocol}://`))
    throw notificationErrors.endpoint('Endpoint must match the specified protocol');
  // A line's end or a blank would become part of the request.
  if (/[\s\p{Cc}]/u.test(endpoint) || !URL.canParse(endpoint)) throw notificationErrors.endpoint('Endpoint');
  if (isOwnAddress(new URL(endpoint)))
    throw notificationErrors.endpoint(
      'Endpoint Reason: it is the address of this Telar server itself, which is no subscriber. Give the address of a program of yours.',
    );
}

function requireEmail(endpoint: string): void {
  if (!EMAIL.test(endpoint)) throw notificationErrors.endpoint('Email address');
}

/** As answers show it (N1). */
export const shownEndpoint = (endpoint: string): string =>
  endpoint.replace(/^(https?:\/\/[^/?#@]*?):[^/?#]*@/, '$1:****@');
