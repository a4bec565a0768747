import { describe, expect, it } from 'vitest';
import { isExceeded, type Tolerance, tolerance } from './tolerance.ts';

describe('the tolerated failure threshold', () => {
  it.each<[Tolerance, number, number | undefined, boolean]>([
    [{}, 0, 5, false],
    [{}, 0, 0, false],
    [{}, 1, 5, true],
    [{}, 1, undefined, true],
    [{ count: 0 }, 1, 5, true],
    [{ count: 2 }, 2, 5, false],
    [{ count: 2 }, 3, undefined, true],
    [{ percentage: 0 }, 1, 5, true],
    [{ percentage: 20 }, 1, 5, false],
    [{ percentage: 20 }, 2, 5, true],
    [{ percentage: 19.9 }, 1, 5, true],
    [{ percentage: 100 }, 5, 5, false],
    [{ percentage: 20 }, 4, undefined, false],
    [{ count: 1, percentage: 100 }, 2, 5, true],
    [{ count: 5, percentage: 20 }, 2, 5, true],
    [{ count: 5, percentage: 50 }, 2, 5, false],
  ])('of %j is passed by %i of %s: %s', (given, failed, total, expected) => {
    expect(isExceeded(tolerance(given), failed, total)).toBe(expected);
  });

  it.each<[Tolerance, string]>([
    [{ count: -1 }, 'ToleratedFailureCount cannot be negative.'],
    [{ percentage: -1 }, 'ToleratedFailurePercentage must be between 0 and 100.'],
    [{ percentage: 100.1 }, 'ToleratedFailurePercentage must be between 0 and 100.'],
  ])('of %j is refused', (given, cause) => {
    expect(() => tolerance(given)).toThrow(expect.objectContaining({ failure: { error: 'States.Runtime', cause } }));
  });
});
