/** All rules, in the order in which their problems are listed. */
import type { Report } from '../problems.ts';
import type { Survey } from '../survey.ts';
import * as conditions from './conditions.ts';
import * as parameters from './parameters.ts';
import * as references from './references.ts';
import * as steps from './steps.ts';

export type Rule = (survey: Survey, report: Report) => void;

export const RULES: readonly Rule[] = [parameters, steps, references, conditions].flatMap((rules): Rule[] =>
  Object.values(rules),
);
