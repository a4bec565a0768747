/** Amazon Resource Names: `arn:partition:service:region:account:resource`. */

export type Arn = {
  partition: string;
  service: string;
  region: string;
  account: string;
  /** All that follows the fifth colon, colons and slashes included. */
  resource: string;
};

/** Formats an ARN of the `aws` partition. @example arn('sagemaker', 'eu-west-1', '000000000000', 'pipeline/titanic') */
export function arn(service: string, region: string, account: string, resource: string): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}

/** The parts of an ARN, or undefined when the text is not one. */
export function parseArn(text: string): Arn | undefined {
  const match = /^arn:([^:]+):([^:]+):([^:]*):([^:]*):(.+)$/s.exec(text);
  if (!match) return undefined;
  const [, partition, service, region, account, resource] = match;
  return { partition: partition!, service: service!, region: region!, account: account!, resource: resource! };
}
