import { lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { replaceFolderKeys, withProfile, writeProfile } from './profile.ts';

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

it("the file is its owner's alone, and a link to it stays a link", () => {
  const folder = mkdtempSync(join(tmpdir(), 'telar-profile-'));
  try {
    const real = join(folder, 'real');
    writeFileSync(real, '[default]\nregion = x\n', { mode: 0o600 });
    const path = join(folder, 'credentials');
    symlinkSync(real, path);
    expect(writeProfile({ AWS_SHARED_CREDENTIALS_FILE: path }, 'p', key)).toBe(path);
    expect(readFileSync(real, 'utf8')).toBe(`[default]\nregion = x\n\n[p]\n${own}`);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    const fresh = join(folder, 'new/folder/credentials');
    writeProfile({ AWS_SHARED_CREDENTIALS_FILE: fresh }, 'p', key);
    expect(statSync(fresh).mode & 0o777).toBe(0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it("the folder's keys are replaced only when they are the ones that go", () => {
  const folder = mkdtempSync(join(tmpdir(), 'telar-keys-'));
  try {
    const path = join(folder, 'credentials.json');
    expect(replaceFolderKeys(path, 'AKIAOLD', key)).toBe(false);
    writeFileSync(path, JSON.stringify({ accessKeyId: 'AKIAOLD', secretAccessKey: 'old', region: 'eu-west-1' }));
    expect(replaceFolderKeys(path, 'AKIAOTHER', key)).toBe(false);
    expect(replaceFolderKeys(path, 'AKIAOLD', key)).toBe(true);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ ...key, region: 'eu-west-1' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
