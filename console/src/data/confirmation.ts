/** Confirming a subscription by its mail in the outbox: what `telar outbox confirm` does. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { confirmationToken } from '../../../src/base/confirmationToken.ts';
import { call } from './call.ts';
import { renewalOf } from './renewal.ts';
import { ask, type Refusal, refusal } from './session.ts';

/** Takes the mail's number. */
export function useConfirmation() {
  const client = useQueryClient();
  return useMutation<void, Refusal, number>({
    async mutationFn(id) {
      const { Kind, Body, TopicArn } = await call('telar', 'GetOutboxMessage', { Id: id });
      const Token = confirmationToken(Body);
      if (Kind !== 'confirmation' || Token === undefined) {
        throw refusal('NothingToConfirm', `Mail ${id} does not ask for a confirmation.`, 400);
      }
      // The topic may lie in another region than the one that is looked at.
      await ask('api/sns/ConfirmSubscription', {
        ...{ method: 'POST', body: JSON.stringify({ TopicArn, Token }) },
        headers: { 'x-telar-region': TopicArn.split(':')[3] ?? '' },
      });
    },
    onSettled: () => renewalOf(client).all(({ queryKey }) => queryKey[1] === 'sns'),
  });
}
