import { expect, it } from 'vitest';
import { mailServerOf } from './mailServer.ts';

it('is none where nothing is said', () => expect(mailServerOf({}, {})).toBeUndefined());

it('is told by its address, and its password by a variable that no list of processes shows', () => {
  const environment = { TELAR_SMTP_URL: 'smtp://me%40example.com@mail.example.com:587', TELAR_SMTP_PASSWORD: 's3cret' };
  expect(mailServerOf({ mailFrom: 'telar@example.com' }, environment)).toEqual({
    ...{ host: 'mail.example.com', port: 587, secure: false, from: 'telar@example.com' },
    ...{ user: 'me@example.com', password: 's3cret' },
  });
  expect(mailServerOf({ smtp: 'smtps://a:b%2Fc@mail.example.com' }, { TELAR_MAIL_FROM: 'x@y' })).toEqual({
    ...{ host: 'mail.example.com', secure: true, from: 'x@y', user: 'a', password: 'b/c' },
  });
});

it.each([
  [{ smtp: 'mail.example.com', mailFrom: 'a@b' }, "The mail server's address is such as"],
  [{ smtp: 'http://mail.example.com', mailFrom: 'a@b' }, "The mail server's address is such as"],
  [{ smtp: 'smtp://mail.example.com' }, 'Mails need a sender'],
  [{ smtp: 'smtp://mail.example.com', mailFrom: 'me' }, 'Mails need a sender'],
  [{ mailFrom: 'a@b' }, '--mail-from needs a mail server'],
])('is refused with what to do: %j', (options, message) => expect(() => mailServerOf(options, {})).toThrow(message));
