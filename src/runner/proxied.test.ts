/** What a job is given beside what is its own, without a process. */
import { describe, expect, it } from 'vitest';
import { jobEnvironment } from './environment.ts';
import { proxied, type Trust } from './proxied.ts';

const trust: Trust = {
  folder: '/data/proxy/trust',
  files: {
    AWS_CA_BUNDLE: 'bundle.pem',
    REQUESTS_CA_BUNDLE: 'bundle.pem',
    CURL_CA_BUNDLE: 'bundle.pem',
    SSL_CERT_FILE: 'bundle.pem',
    NODE_EXTRA_CA_CERTS: 'authority.pem',
  },
};
const url = 'http://ASIA.direct:word@127.0.0.1:4566';
const proxy = { HTTPS_PROXY: url, https_proxy: url, NO_PROXY: 'localhost', no_proxy: 'localhost' };
const given = (own: Record<string, string>) => proxied({ proxy, networkIsolation: false }, trust, '/t', own);

describe('a job with a network', () => {
  it('is sent to the proxy, and trusts its authority', () => {
    expect(given({})).toEqual({
      ...proxy,
      ...{ AWS_CA_BUNDLE: '/t/bundle.pem', REQUESTS_CA_BUNDLE: '/t/bundle.pem', CURL_CA_BUNDLE: '/t/bundle.pem' },
      ...{ SSL_CERT_FILE: '/t/bundle.pem', NODE_EXTRA_CA_CERTS: '/t/authority.pem' },
    });
  });

  it('X1: has its own proxy alone, in whichever letters it is written', () => {
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']) {
      const names = Object.keys(given({ [name]: 'http://own:3128' }));
      expect(names.filter((one) => /_proxy$/i.test(one))).toEqual([]);
    }
    expect(given({ no_proxy: 'own.example' })).toMatchObject({ HTTPS_PROXY: url });
    expect(Object.keys(given({ no_proxy: 'own.example' }))).not.toContain('NO_PROXY');
  });

  it('X1: has its own certificates, also where a client would look at others first', () => {
    const names = Object.keys(given({ SSL_CERT_FILE: '/own.pem' }));
    expect(names).not.toContain('SSL_CERT_FILE');
    expect(names).not.toContain('CURL_CA_BUNDLE');
    expect(names).toContain('AWS_CA_BUNDLE');
    expect(Object.keys(given({ CURL_CA_BUNDLE: '/own.pem' }))).not.toContain('REQUESTS_CA_BUNDLE');
  });
});

describe('nothing is given', () => {
  const nothing = (spec: Parameters<typeof proxied>[0], known: Trust | undefined) => proxied(spec, known, '/t', {});

  it('to a job without a network, to one that is not sent, and before there is an authority', () => {
    expect(nothing({ proxy, networkIsolation: true }, trust)).toEqual({});
    expect(nothing({ networkIsolation: false }, trust)).toEqual({});
    expect(nothing({ proxy, networkIsolation: false }, undefined)).toEqual({});
  });
});

it("the server's proxy in small letters won over the job's own in capitals", () => {
  const machine = { path: [], home: '/h', tmp: '/t', image: {} };
  const environment = jobEnvironment({
    ...machine,
    server: { https_proxy: 'http://server:1', http_proxy: 'http://server:1', no_proxy: 'server.example' },
    own: { HTTPS_PROXY: 'http://own:2' },
  });
  expect(environment).toMatchObject({ HTTPS_PROXY: 'http://own:2', http_proxy: 'http://server:1' });
  expect(environment).not.toHaveProperty('https_proxy');
});
