/** The rules of cross-origin requests, pure: what a configuration may say, and what a browser is answered. */
import { s3Errors } from './errors.ts';
import type { Input } from './wire.ts';

type AskedRule = NonNullable<NonNullable<Input<'PutBucketCors'>['CORSConfiguration']>['CORSRules']>[number];

export type CorsRule = {
  id: string | undefined;
  methods: readonly string[];
  origins: readonly string[];
  /** In lower case. */
  headers: readonly string[];
  exposed: readonly string[];
  maxAge: number | undefined;
};

const METHODS = ['GET', 'PUT', 'HEAD', 'POST', 'DELETE'];
const MOST_RULES = 100;
const LONGEST_ID = 255;

/** @throws MalformedXML, InvalidRequest */
export function corsRules(asked: readonly AskedRule[] | undefined): CorsRule[] {
  if (!asked || asked.length === 0) throw s3Errors.malformedXml();
  if (asked.length > MOST_RULES) {
    throw s3Errors.invalidRequest('The number of CORS rules should not exceed allowed limit of 100 rules.');
  }
  return asked.map(ruleOf);
}

function ruleOf(asked: AskedRule): CorsRule {
  const { ID: id, AllowedMethods: methods, AllowedOrigins: origins } = asked;
  const { AllowedHeaders: headers = [], ExposeHeaders: exposed = [], MaxAgeSeconds: maxAge } = asked;
  if (!methods || methods.length === 0 || !origins || origins.length === 0) throw s3Errors.malformedXml();
  const method = methods.find((one) => !METHODS.includes(one));
  if (method !== undefined) {
    throw s3Errors.invalidRequest(`Found unsupported HTTP method in CORS config. Unsupported method is ${method}`);
  }
  const wildcards = (texts: readonly string[]) => texts.find((text) => text.split('*').length > 2);
  const origin = wildcards(origins);
  if (origin !== undefined)
    throw s3Errors.invalidRequest(`AllowedOrigin "${origin}" can not have more than one wildcard.`);
  const header = wildcards(headers);
  if (header !== undefined)
    throw s3Errors.invalidRequest(`AllowedHeader "${header}" can not have more than one wildcard.`);
  const wild = exposed.find((one) => one.includes('*'));
  if (wild !== undefined) {
    throw s3Errors.invalidRequest(
      `ExposeHeader "${wild}" contains wildcard. We currently do not support wildcard for ExposeHeader.`,
    );
  }
  if (id !== undefined && id.length > LONGEST_ID) {
    throw s3Errors.invalidRequest('CORS rule ID should not exceed allowed limit of 255 characters.');
  }
  return { id, methods, origins, headers: headers.map((one) => one.toLowerCase()), exposed, maxAge };
}

/** A rule as clients wrote it. */
export function corsMembers({ id, methods, origins, headers, exposed, maxAge }: CorsRule): AskedRule {
  return {
    ...(id === undefined ? {} : { ID: id }),
    ...{ AllowedMethods: [...methods], AllowedOrigins: [...origins] },
    ...(headers.length > 0 ? { AllowedHeaders: [...headers] } : {}),
    ...(exposed.length > 0 ? { ExposeHeaders: [...exposed] } : {}),
    ...(maxAge === undefined ? {} : { MaxAgeSeconds: maxAge }),
  };
}

export type CrossOrigin = { origin: string; method: string; headers: readonly string[] };

/** The headers of the answer to a cross-origin request, by the first rule that allows it; undefined when none does. */
export function allowedBy(rules: readonly CorsRule[], asked: CrossOrigin): Record<string, string> | undefined {
  const rule = rules.find(
    ({ origins, methods, headers }) =>
      origins.some((one) => fits(one, asked.origin)) &&
      methods.includes(asked.method) &&
      asked.headers.every((header) => headers.some((one) => fits(one, header.toLowerCase()))),
  );
  if (!rule) return undefined;
  // As on S3: a rule for everyone answers so, and lets no credentials along.
  const everyone = rule.origins.includes('*');
  return {
    'access-control-allow-origin': everyone ? '*' : asked.origin,
    'access-control-allow-methods': rule.methods.join(', '),
    ...(asked.headers.length > 0 ? { 'access-control-allow-headers': asked.headers.join(', ') } : {}),
    ...(rule.exposed.length > 0 ? { 'access-control-expose-headers': rule.exposed.join(', ') } : {}),
    ...(rule.maxAge === undefined ? {} : { 'access-control-max-age': String(rule.maxAge) }),
    ...(everyone ? {} : { 'access-control-allow-credentials': 'true' }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

/** Whether a text fits a pattern with one `*` at most. */
function fits(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === text;
  const [start, end] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}
