/** The refusal of a filter pattern, in CloudWatch Logs' code. */
import { awsError } from '../../../protocol/errors.ts';

export const patternError = (why: string) => awsError('InvalidParameterException', `Invalid filter pattern. ${why}`);
