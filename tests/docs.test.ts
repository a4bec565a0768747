/** The documents: their links lead somewhere, their commands exist, their excerpts are the code's. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../src/cli/program.ts';

const ROOT = path.join(import.meta.dirname, '..');
/** Verbs that are to come, and are only named as such. */
const TO_COME = ['deploy'];
const SKIPPED = /^(node_modules|\.git|\.telar|\.cache|dist|evidence)$/;

function markdown(folder: string): string[] {
  return fs.readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.test(entry.name)) return [];
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return markdown(file);
    return entry.name.endsWith('.md') ? [file] : [];
  });
}

const documents = markdown('.').map((file) => ({ file, text: fs.readFileSync(path.join(ROOT, file), 'utf8') }));
const prose = (text: string) => text.replace(/^```.*?^```/gms, '').replace(/`[^`\n]*`/g, '');

/** A heading's anchor, as GitHub makes it. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

function brokenLinks(file: string, text: string): string[] {
  const links = [...prose(text).matchAll(/\]\(([^()\s]+)\)/g)].map((match) => match[1]!);
  return links.flatMap((link) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [target = '', fragment] = link.split('#');
    const place = target === '' ? path.join(ROOT, file) : path.join(ROOT, path.dirname(file), decodeURI(target));
    if (!fs.existsSync(place)) return [`${file}: ${link} leads nowhere`];
    if (fragment === undefined || !place.endsWith('.md')) return [];
    const headings = [...fs.readFileSync(place, 'utf8').matchAll(/^#+ (.*)$/gm)].map((match) => anchor(match[1]!));
    return headings.includes(fragment) ? [] : [`${file}: ${link} names no heading`];
  });
}

describe('documents', () => {
  it('link to what is there', () => {
    expect(documents.length).toBeGreaterThan(10);
    expect(documents.flatMap(({ file, text }) => brokenLinks(file, text))).toEqual([]);
    expect(brokenLinks('README.md', '[a](docs/none.md) [b](#nothing) `[c](none)` [d](https://a.org)')).toHaveLength(2);
  });

  it('name commands and scripts that exist', () => {
    const { scripts } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const verbs = createProgram(() => {}).commands.map((command) => command.name());
    const exists = (program: string, word: string) =>
      program === 'npm run' ? word in scripts : [...verbs, ...TO_COME].includes(word);
    const named = documents.flatMap(({ file, text }) =>
      [...text.matchAll(/(npm run|npx telar|(?<=[`$] ?)telar|(?<=^ *)telar) ([a-z]+(?::[a-z]+)?)/gm)].map((match) => ({
        file,
        program: match[1]!,
        word: match[2]!,
      })),
    );
    expect(named.length).toBeGreaterThan(50);
    const unknown = named.filter(({ program, word }) => !exists(program, word));
    expect(unknown.map(({ file, program, word }) => `${file}: ${program} ${word}`)).toEqual([]);
  });

  it('quote the code as it is', () => {
    const quotes = documents.flatMap(({ file, text }) =>
      [...text.matchAll(/^<!-- source: (\S+) -->\n```\w+\n(.*?)^```/gms)].map((match) => ({
        file,
        source: match[1]!,
        excerpt: match[2]!,
      })),
    );
    expect(quotes.length).toBeGreaterThan(5);
    const wrong = quotes.filter(({ source, excerpt }) => !code(source).includes(excerpt));
    expect(wrong.map(({ file, source }) => `${file} quotes ${source} wrongly`)).toEqual([]);
  });

  it('in both languages show the same commands', () => {
    const commands = (file: string) =>
      [...fs.readFileSync(path.join(ROOT, file), 'utf8').matchAll(/`((?:npm|npx|node) [^`]+)`|^\$ (.*)$/gm)].map(
        (match) => match[1] ?? match[2],
      );
    expect(commands('README.es.md')).toEqual(commands('README.md'));
  });
});

function code(file: string): string {
  return fs.readFileSync(path.join(ROOT, file), 'utf8');
}
