import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { testAuthority, verdict } from '../../../tests/support/tls.ts';
import { integer, oid, sequence, time } from './der.ts';

const DAY = 24 * 3600 * 1000;

describe('DER', () => {
  it('writes numbers, names and times as X.690 has them', () => {
    expect(integer(Uint8Array.of(0, 0, 0x80)).toString('hex')).toBe('02020080');
    expect(integer(Uint8Array.of(0)).toString('hex')).toBe('020100');
    expect(oid('1.2.840.10045.4.3.2').toString('hex')).toBe('06082a8648ce3d040302');
    expect(time(Date.UTC(2049, 11, 31)).toString('latin1')).toBe('\x17\r491231000000Z');
    expect(time(Date.UTC(2050, 0, 1)).toString('latin1')).toBe('\x18\x0f20500101000000Z');
  });

  it.each([
    [127, '307f'],
    [128, '308180'],
    [256, '30820100'],
  ])('writes a length of %i', (length, head) => {
    const value = sequence(new Uint8Array(length));
    expect(value.subarray(0, value.length - length).toString('hex')).toBe(head);
  });
});

describe('certificates', () => {
  it('of AWS hosts are taken by who trusts the authority', async () => {
    const authority = testAuthority();
    const host = 'bucket.with.dots.s3.eu-west-1.amazonaws.com';
    expect(await verdict(authority.host(host), host, authority.pem)).toBeUndefined();
    expect(await verdict(authority.host(host), host, testAuthority().pem)).toMatch(
      /^unable to verify the first certificate/,
    );
    expect(await verdict(authority.host(host), 'other.amazonaws.com', authority.pem)).toMatch(/altnames/);
  });

  it.each(['example.org', 'amazonaws.com.example.org', 'notamazonaws.com'])(
    'X1: one of %s is refused, though the authority has signed it',
    async (host) => {
      const authority = testAuthority();
      expect(await verdict(authority.host(host), host, authority.pem)).toBe('permitted subtree violation');
    },
  );

  it('X2: none outlives its authority', () => {
    const start = Date.UTC(2026, 0, 1);
    const authority = testAuthority(start);
    const late = authority.certificate.validToDate.getTime() - DAY;
    const { cert } = authority.host('a.amazonaws.com', late);
    expect(new X509Certificate(cert).validToDate).toEqual(authority.certificate.validToDate);
    expect(new X509Certificate(cert).checkIssued(authority.certificate)).toBe(true);
  });
});
