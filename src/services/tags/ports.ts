/** What the tags service needs from others; wired by the server. */
export type TagsPorts = {
  /** Whether a SageMaker resource exists, whichever service owns it. */
  exists(arn: string): boolean;
};
