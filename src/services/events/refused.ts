/** EventBridge's operations that Telar leaves out on purpose, and why. */

const apiDestinations = 'it sends to no API destinations. A function can call another API.';
const partners = 'it has no partner event sources.';
const endpoints = 'it runs in one place, and has no global endpoints.';

export const REFUSED: Readonly<Record<string, string>> = {
  CreateApiDestination: apiDestinations,
  UpdateApiDestination: apiDestinations,
  DescribeApiDestination: apiDestinations,
  ListApiDestinations: apiDestinations,
  DeleteApiDestination: apiDestinations,
  CreateConnection: apiDestinations,
  UpdateConnection: apiDestinations,
  DescribeConnection: apiDestinations,
  ListConnections: apiDestinations,
  DeleteConnection: apiDestinations,
  DeauthorizeConnection: apiDestinations,
  CreateEndpoint: endpoints,
  UpdateEndpoint: endpoints,
  DescribeEndpoint: endpoints,
  ListEndpoints: endpoints,
  DeleteEndpoint: endpoints,
  ActivateEventSource: partners,
  DeactivateEventSource: partners,
  DescribeEventSource: partners,
  ListEventSources: partners,
  CreatePartnerEventSource: partners,
  DeletePartnerEventSource: partners,
  DescribePartnerEventSource: partners,
  ListPartnerEventSources: partners,
  ListPartnerEventSourceAccounts: partners,
  PutPartnerEvents: partners,
};
