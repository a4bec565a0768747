/** TestEventPattern: whether an event that a caller writes down would match. */
import { compilePattern } from '../../definition/patterns/index.ts';
import { eventErrors } from './errors.ts';

/** What every event has. */
const REQUIRED = ['id', 'account', 'source', 'time', 'region', 'detail-type'] as const;

/** @throws InvalidEventPatternException, ValidationException */
export function testEventPattern(pattern: string, text: string): boolean {
  const event = eventOf(text);
  const compiled = compilePattern(pattern);
  if (!compiled.ok) throw eventErrors.pattern(compiled.reason);
  return compiled.pattern.matches(event);
}

function eventOf(text: string): Record<string, unknown> {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    throw eventErrors.testEvent('it is not valid JSON.');
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw eventErrors.testEvent('it is not a JSON object.');
  }
  const missing = REQUIRED.find((name) => !Object.hasOwn(event, name));
  if (missing !== undefined) throw eventErrors.testEvent(`it has no ${missing}.`);
  return event as Record<string, unknown>;
}
