/** What a job may ask for: requests are hostile input. images/layers.test.ts has the jobs that ask, and the layers. */
import { describe, expect, it } from 'vitest';
import { layerKey } from './images/layers.ts';
import { parseRequest } from './packages.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const NAME = '0123456789abcdef';
const GOOD = { name: NAME, files: [['requirements.txt', base64('numpy\n')]] };

describe('a request for a layer', () => {
  it('has a key made of its content, and of nothing that it claims', () => {
    const request = parseRequest(JSON.stringify({ ...GOOD, key: '../../etc' }));
    expect(request?.files).toEqual([{ name: 'requirements.txt', content: Buffer.from('numpy\n') }]);
    expect(request?.key).toBe(layerKey([{ name: 'requirements.txt', content: Buffer.from('numpy\n') }]));
    expect(request?.key).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each<[string, unknown]>([
    ['no JSON', undefined],
    ['null', null],
    ['no files', { name: NAME, files: [] }],
    ['too many files', { ...GOOD, files: Array.from({ length: 21 }, () => GOOD.files[0]) }],
    ['a name that leads elsewhere', { ...GOOD, name: '../../../../x' }],
    ['a file that leads elsewhere', { ...GOOD, files: [...GOOD.files, ['../x', '']] }],
    ['a file that leads elsewhere in its midst', { ...GOOD, files: [...GOOD.files, ['a/../../x', '']] }],
    ['an absolute file', { ...GOOD, files: [...GOOD.files, ['/etc/x', '']] }],
    ['a file without content', { ...GOOD, files: [['requirements.txt']] }],
    ['another file first', { ...GOOD, files: [['other.txt', '']] }],
  ])('with %s is none', (_, value) => {
    expect(parseRequest(value === undefined ? '{' : JSON.stringify(value))).toBeUndefined();
  });

  it('keys differ when a file is split differently', () => {
    const file = (name: string, content: string) => ({ name, content: Buffer.from(content) });
    const keys = [
      layerKey([file('requirements.txt', 'ab')]),
      layerKey([file('requirements.txt', 'a'), file('b', '')]),
      layerKey([file('requirements.txt', 'a'), file('', 'b')]),
      layerKey([file('requirements.txta', 'b')]),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});
