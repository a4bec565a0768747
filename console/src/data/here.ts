/** ARNs of this account, in the region that is looked at: what a page's address names by its name alone. */
import { useQuery } from '@tanstack/react-query';
import { regionNow, type Session, whoIsSignedIn } from './session.ts';

/**
 * @example useArn('sagemaker', `pipeline/${name}`) // 'arn:aws:sagemaker:us-east-1:000000000000:pipeline/titanic'
 */
export function useArn(service: string, resource: string): string {
  // The shell has asked for it, and shows no page before it is there.
  const { data } = useQuery<Session>({
    queryKey: ['session'],
    queryFn: whoIsSignedIn,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return `arn:aws:${service}:${regionNow()}:${data?.account ?? ''}:${resource}`;
}
