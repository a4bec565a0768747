/** What an invocation's log says of it: the REPORT line that Lambda ends every invocation with. */
export type Report = {
  /** In milliseconds. */
  duration: number;
  billed: number;
  memorySize: number;
  memoryUsed: number;
  /** Of a cold start. */
  init: number | undefined;
};

/** Undefined where the log has no such line: of an invocation without one, or whose end was cut off. */
export function reportOf(log: string): Report | undefined {
  const line = log.split('\n').findLast((one) => one.startsWith('REPORT RequestId:'));
  const figure = (pattern: RegExp) => {
    const found = pattern.exec(line ?? '')?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const duration = figure(/(?:^|\t)Duration: ([\d.]+) ms/);
  if (duration === undefined) return undefined;
  return {
    duration,
    billed: figure(/Billed Duration: ([\d.]+) ms/) ?? 0,
    memorySize: figure(/Memory Size: (\d+) MB/) ?? 0,
    memoryUsed: figure(/Max Memory Used: (\d+) MB/) ?? 0,
    init: figure(/Init Duration: ([\d.]+) ms/),
  };
}
