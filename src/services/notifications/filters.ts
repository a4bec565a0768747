/** FilterPolicy of subscriptions. */
import { notificationErrors } from './errors.ts';
import type { Message } from './messages.ts';

const SCOPES = ['MessageAttributes', 'MessageBody'] as const;
export type FilterScope = (typeof SCOPES)[number];
export const isFilterScope = (text: string): text is FilterScope => SCOPES.some((scope) => scope === text);

export function checkFilter(text: string | undefined, _scope: FilterScope | undefined): void {
  if (text !== undefined) throw notificationErrors.unsupported('FilterPolicy', 'Leave it out.');
}

export const passes = (_message: Message, _text: string | undefined, _scope: FilterScope | undefined): boolean => true;
