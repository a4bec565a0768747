import { expect, it } from 'vitest';
import { withProfile } from './profile.ts';

const key = { accessKeyId: 'AKIANEW', secretAccessKey: 'new' };
const own = 'aws_access_key_id = AKIANEW\naws_secret_access_key = new\n';

it('a profile is added, with an empty line before it', () => {
  expect(withProfile('', 'p', key)).toBe(`[p]\n${own}`);
  expect(withProfile('[default]\nregion = x\n', 'p', key)).toBe(`[default]\nregion = x\n\n[p]\n${own}`);
});

it('only the key of a profile changes', () => {
  const before =
    '[a]\naws_access_key_id=A\n\n[p]\n# mine\nAWS_ACCESS_KEY_ID = OLD\naws_secret_access_key=old\naws_session_token=t\nregion = x\n\n[z]\naws_access_key_id=Z\n';
  expect(withProfile(before, 'p', key)).toBe(
    `[a]\naws_access_key_id=A\n\n[p]\n${own}# mine\nregion = x\n\n[z]\naws_access_key_id=Z\n`,
  );
});
