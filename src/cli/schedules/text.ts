/** Times of schedules, for people. */

/**
 * A time on the wall of a zone, with the zone's name for its offset.
 *
 * @example wallTime(Date.UTC(2026, 6, 1, 6), 'Europe/Madrid') // 'Wed 2026-07-01 08:00:00 GMT+2'
 */
export function wallTime(at: number, timeZone: string | undefined): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, hourCycle: 'h23', weekday: 'short', timeZoneName: 'short' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = value;
  const { weekday, year, month, day, hour, minute, second, timeZoneName } = part;
  return `${weekday} ${year}-${month}-${day} ${hour}:${minute}:${second} ${timeZoneName}`;
}

/** The end of an ARN that people know a target by: `stateMachine:training`, `pipeline/titanic`, `sqs:sendMessage`. */
export function targetName(arn: string): string {
  const universal = /:aws-sdk:(.+)$/.exec(arn);
  if (universal) return universal[1]!;
  const [, , service, , , ...resource] = arn.split(':');
  const name = resource.join(':');
  return /^[^:/]+$/.test(name) ? `${service}:${name}` : name;
}
