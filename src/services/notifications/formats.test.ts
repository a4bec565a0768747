import { describe, expect, it } from 'vitest';
import { chatText, stringToSign, written } from './delivery/formats.ts';

describe('what is signed', () => {
  it('of a notification is its members in alphabetical order, each with its name: the example of the reference', () =>
    expect(
      stringToSign({
        Type: 'Notification',
        MessageId: '4d4dc071-ddbf-465d-bba8-08f81c89da64',
        TopicArn: 'arn:aws:sns:us-east-2:123456789012:s4-MySNSTopic-1G1WEFCOXTC0P',
        Subject: 'My subject',
        Message: 'My Test Message',
        Timestamp: '2019-01-31T04:37:04.321Z',
        UnsubscribeURL: 'not signed',
      }),
    ).toBe(
      'Message\nMy Test Message\nMessageId\n4d4dc071-ddbf-465d-bba8-08f81c89da64\nSubject\nMy subject\nTimestamp\n2019-01-31T04:37:04.321Z\nTopicArn\narn:aws:sns:us-east-2:123456789012:s4-MySNSTopic-1G1WEFCOXTC0P\nType\nNotification\n',
    ));

  it('leaves out the subject where there is none, and has link and token of a request to confirm', () =>
    expect(
      stringToSign({
        ...{ Type: 'SubscriptionConfirmation', MessageId: 'id', Token: 'secret', TopicArn: 'arn' },
        ...{ Message: 'Confirm', SubscribeURL: 'https://…', Timestamp: 'now' },
      }),
    ).toBe(
      'Message\nConfirm\nMessageId\nid\nSubscribeURL\nhttps://…\nTimestamp\nnow\nToken\nsecret\nTopicArn\narn\nType\nSubscriptionConfirmation\n',
    ));
});

it('documents are written a member a line, as AWS writes them', () =>
  expect(written({ Type: 'Notification', MessageAttributes: { a: { Type: 'String', Value: '"b"' } } })).toBe(
    '{\n  "Type" : "Notification",\n  "MessageAttributes" : {\n    "a" : {\n      "Type" : "String",\n      "Value" : "\\"b\\""\n    }\n  }\n}',
  ));

it('texts for chats hold no control characters of theirs', () => {
  expect(JSON.parse(chatText('slack', undefined, '<!channel> & co'))).toEqual({ text: '&lt;!channel&gt; &amp; co' });
  expect(JSON.parse(chatText('teams', 'Gate', 'F1 < 0.8'))).toEqual({ text: '**Gate**\n\nF1 < 0.8' });
});
