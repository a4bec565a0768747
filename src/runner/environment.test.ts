import { describe, expect, it } from 'vitest';
import { jobEnvironment, passedOn } from './environment.ts';

const base = { path: ['/opt/telar/bin'], home: '/tmp/home', tmp: '/tmp', image: {}, own: {} };

describe("a job's environment", () => {
  it('holds nothing of the server that is not listed', () => {
    const server = { AWS_SECRET_ACCESS_KEY: 'x', GITHUB_TOKEN: 'x', HOME: '/root', LD_PRELOAD: 'x', PYTHONPATH: 'x' };
    expect(passedOn(server)).toEqual({});
    expect(passedOn({ TZ: 'UTC', LC_ALL: 'C', PIP_INDEX_URL: 'u', https_proxy: 'p', TZDIR: 'x' })).toEqual({
      TZ: 'UTC',
      LC_ALL: 'C',
      PIP_INDEX_URL: 'u',
      https_proxy: 'p',
    });
  });

  it('puts the image before the system, and what the job was given before all', () => {
    const environment = jobEnvironment({ ...base, server: {}, image: { A: '1', B: '1' }, own: { B: '2', HOME: '/x' } });
    expect(environment['PATH']).toMatch(/^\/opt\/telar\/bin:\/usr\/local\/sbin:/);
    expect(environment).toMatchObject({ A: '1', B: '2', HOME: '/x', TMPDIR: '/tmp', LANG: 'C.UTF-8' });
  });

  it('leads to Telar past any proxy', () => {
    const server = { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '.corp' };
    const { no_proxy, NO_PROXY } = jobEnvironment({ ...base, server });
    expect(no_proxy).toBe('.corp,localhost,127.0.0.1,::1');
    expect(NO_PROXY).toBe(no_proxy);
    expect(jobEnvironment({ ...base, server: {} })['NO_PROXY']).toBeUndefined();
  });
});
