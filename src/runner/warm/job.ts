/** What the parts of warm starts share: a job that is about to be launched, and what becomes of the attempt. */
import type { Bounding, Confinement } from '../confinement.ts';
import type { JobFolder } from '../folder.ts';
import type { ReadyImage } from '../images/image.ts';
import type { SandboxPlan } from '../sandbox.ts';

type Variables = Readonly<Record<string, string>>;

/** What a process starts with. */
export type Start = { command: readonly string[]; environment: Variables; notices: readonly string[] };

/** A job whose inputs are staged. */
export type WarmJob = Start & {
  /** What was asked for: whatever else it has, a warm start does not know. */
  spec: { networkIsolation: boolean; confinement?: Confinement; bounding?: Bounding; task?: string };
  image: ReadyImage;
  plan: SandboxPlan;
  /** A command that runs first; the program starts if it succeeds. */
  before?: readonly string[] | undefined;
};

/** `cold`: why, as the end of a sentence; undefined where nobody would have expected otherwise. */
export type Launched = { warm: true } | { warm: false; cold: string | undefined };

/** What a cold start does, and a warm one does too. */
export type ColdParts = {
  prepareFolder(folder: JobFolder): void;
  /** Of a job that is given nothing of its own. */
  environmentOf(folder: JobFolder, image: ReadyImage, networkIsolation: boolean): Record<string, string>;
  writeScripts(folder: JobFolder, confinement: Confinement | undefined, start: Start, plan: SandboxPlan): void;
};
