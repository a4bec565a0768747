/**
 * What a benchmark reports. A figure is the median of several runs, beside its target and, where there is one, beside the
 * peer that was run in turn with it on the same machine in the same minutes.
 */

/** What one benchmark file (bench/NAME.bench.ts) exports as `bench`. */
export type Bench = {
  /** The NAME of the file. */
  name: string;
  /** One sentence: what is measured, and how. */
  describe: string;
  /** What a reader might think is measured, and is not. */
  notMeasured: string[];
  run(progress: Progress): Promise<Figure[]>;
};

/** Says in one line what is happening. */
export type Progress = (line: string) => void;

export type Figure = {
  name: string;
  /** The median. */
  value: number;
  unit: string;
  /** In the same unit; undefined where the figure is only watched. */
  target?: number;
  met?: boolean;
  /** The smallest and largest run, and how many there were. */
  min: number;
  max: number;
  runs: number;
  peer?: Peer;
  /** How many times better than the peer: above 1 is better, whichever way better points. */
  ratio?: number;
};

export type Peer = { name: string; value: number };

/** What may be said of a figure beside its runs. */
export type Against = { target?: number; peer?: { name: string; samples: readonly number[] } };

/** The middle value; of an even count the mean of the middle two. Throws where there are no samples. */
export function median(samples: readonly number[]): number {
  if (samples.length === 0) throw new Error('A median needs at least one sample.');
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** A figure of which less is better: a duration, a size. `atMost('start', 'ms', [381, 379], { target: 400 })` is met. */
export function atMost(name: string, unit: string, samples: readonly number[], against: Against = {}): Figure {
  return figure(
    name,
    unit,
    samples,
    against,
    (value, other) => value <= other,
    (value, peer) => peer / value,
  );
}

/** A figure of which more is better: a throughput. */
export function atLeast(name: string, unit: string, samples: readonly number[], against: Against = {}): Figure {
  return figure(
    name,
    unit,
    samples,
    against,
    (value, other) => value >= other,
    (value, peer) => value / peer,
  );
}

function figure(
  name: string,
  unit: string,
  samples: readonly number[],
  { target, peer }: Against,
  meets: (value: number, target: number) => boolean,
  better: (value: number, peer: number) => number,
): Figure {
  const value = median(samples);
  const result: Figure = {
    name,
    value: round(value),
    unit,
    min: round(Math.min(...samples)),
    max: round(Math.max(...samples)),
    runs: samples.length,
  };
  if (target !== undefined) Object.assign(result, { target, met: meets(value, target) });
  if (peer) {
    const other = median(peer.samples);
    Object.assign(result, { peer: { name: peer.name, value: round(other) }, ratio: round(better(value, other)) });
  }
  return result;
}

/** Three significant digits below a thousand, whole numbers above: more would only look exact. */
export function round(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
}
