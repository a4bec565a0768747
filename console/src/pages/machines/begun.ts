/** What a state's work has begun or asked, and where that is in the console: jobs, executions, functions. Pure. */
import type { Visit } from '../../../../src/definition/asl/history/fold.ts';
import { hrefOf, links } from '../../data/links.ts';
import { shortName } from '../../parts/format.ts';

export type Begun = { label: string; href: string | undefined };

const FUNCTION = /^arn:[^:]+:lambda:[^:]*:\d*:function:/;

/** The newest last, each once. */
export function begunBy({ began, attempts }: Pick<Visit, 'began' | 'attempts'>): Begun[] {
  const found = new Map<string, Begun>();
  const add = (label: string, href: string | undefined) => found.set(label, { label, href });
  for (const { resource = '', parameters } of attempts) {
    if (FUNCTION.test(resource)) add(`function ${functionName(resource)}`, hrefOf(resource));
    const { FunctionName, JobName } = objectOf(parameters);
    if (typeof FunctionName === 'string' && /lambda:/.test(resource)) {
      const name = functionName(FunctionName);
      add(`function ${name}`, links.function(name));
    }
    if (typeof JobName !== 'string' || !/glue:/.test(resource)) continue;
    add(`Glue job ${JobName}`, links.glueJob(JobName));
    // A run of Glue's has an id alone.
    for (const run of began) if (/^jr_/.test(run)) add(`run ${run.slice(0, 11)}…`, links.glueRun(JobName, run));
  }
  for (const arn of began) if (arn.startsWith('arn:')) add(`${kindOf(arn)} ${nameOf(arn)}`, hrefOf(arn));
  return [...found.values()];
}

/** `f` of `f`, `f:live`, and of its ARN. */
function functionName(text: string): string {
  return (FUNCTION.test(text) ? text.split(':')[6] : text.split(':')[0]) ?? text;
}

function kindOf(arn: string): string {
  if (/:states:/.test(arn)) return 'execution';
  if (/:pipeline\/[^/]+\/execution\//.test(arn)) return 'pipeline execution';
  return /:([a-z]+-job)\//.exec(arn)?.[1]?.replace('-', ' ') ?? 'resource';
}

/** A machine's or pipeline's execution says little without what it is of. */
function nameOf(arn: string): string {
  const [, of, name] = /(?:execution:|pipeline\/)([^:/]+)(?::|\/execution\/)(.+)$/.exec(arn) ?? [];
  return of === undefined ? shortName(arn) : `${of} / ${name}`;
}

/** The execution whose state began this one, where it says so: by the member that AWS documents for it. */
export function startedBy(input: string | undefined): string | undefined {
  const arn = objectOf(input)['AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID'];
  return typeof arn === 'string' && /:states:[^:]*:\d*:execution:/.test(arn) ? arn : undefined;
}

function objectOf(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
