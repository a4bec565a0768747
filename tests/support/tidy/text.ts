/** The house's rules about every text of the repository: it works on any machine and through any registry. */
import type { Finding, SourceFile } from './source.ts';

/** Under the home of a user, or in a working folder of one machine; not inside a URL or a longer path. */
const MACHINE_PATH = /(?<![\w./:$}-])\/(root|work|home\/[\w.-]+|Users\/[\w.-]+)\/[\w.-]+/;

const REGISTRY = new RegExp(
  [
    String.raw`registry\.(npmjs|yarnpkg)`,
    String.raw`npmjs\.org`,
    String.raw`pypi\.(org|python)`,
    String.raw`files\.pythonhosted`,
    String.raw`[\w-]*(artifactory|jfrog|verdaccio|nexus)[\w-]*\.`,
    String.raw`"resolved":\s*"https?:`,
    String.raw`^\s*(//|@[\w-]+:)?registry\s*=`,
    '--(extra-)?index-url[ =]https?:',
  ].join('|'),
);

/** Where such a text is meant, each for a reason. */
const MEANT: { pattern: RegExp; because: string }[] = [
  { pattern: /^tests\/support\/tidy\/text\.ts$/, because: 'it holds the patterns themselves' },
  { pattern: /^tests\/tidy\.test\.ts$/, because: 'it holds texts that the rules must find' },
];

function linesThat(files: readonly SourceFile[], pattern: RegExp, words: (found: string) => string): Finding[] {
  return files
    .filter((file) => !MEANT.some((meant) => meant.pattern.test(file.path)))
    .flatMap((file) =>
      file.text.split('\n').flatMap((line, index) => {
        const found = pattern.exec(line)?.[0];
        return found === undefined ? [] : [`${file.path}:${index + 1} ${words(found)}`];
      }),
    );
}

export function noMachinePaths(files: readonly SourceFile[]): Finding[] {
  return linesThat(
    files,
    MACHINE_PATH,
    (found) => `names ${found}, a path of one machine. Derive it from the file's own place.`,
  );
}

export function noRegistryHosts(files: readonly SourceFile[]): Finding[] {
  return linesThat(
    files,
    REGISTRY,
    (found) =>
      `names a package registry (${found.trim()}). Leave the choice to the machine's own npm and pip settings.`,
  );
}
