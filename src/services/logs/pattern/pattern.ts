/** The compiled form of a filter pattern. */
export type FilterPattern = {
  matches(message: string): boolean;
  /** What the pattern's fields are in a matching event, by their names in the pattern (`$.level`, `$status`). */
  extract(message: string): Record<string, string>;
};
