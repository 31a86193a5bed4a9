// A process's own arguments and folder -> hints: jars that were written to in place, and modules that were installed since.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeClassPath, judgeModules } from '../../src/outdated/hints.ts';
import { filesOf, type TestFile } from '../support/host-files.ts';

const began = 1_000_000;
const later = began + 60_000;
const edited: TestFile = { bornAt: 1, modifiedAt: later };
const old: TestFile = { bornAt: 1, modifiedAt: 1 };

const hint = (words: string, program: string, folder: string | null = '/srv/app') => ({
  ...{ program, commandLine: words.replaceAll(' ', '\0'), folder, beganAt: began },
});

const classPaths: Record<
  string,
  { words: string; files: Record<string, TestFile>; folder?: string | null; jars: string[] }
> = {
  'a jar that was edited': { words: 'java -Xmx1g -jar /a.jar x', files: { '/a.jar': edited }, jars: ['/a.jar'] },
  'a jar that was replaced': {
    words: 'java -jar /a.jar',
    files: { '/a.jar': { bornAt: later, modifiedAt: 1 } },
    jars: [],
  },
  'an old jar': { words: 'java -jar /a.jar', files: { '/a.jar': old }, jars: [] },
  'some of a class path': {
    words: 'java -cp /a.jar:lib/b.jar:lib/*:/etc:c.jar Main',
    files: { '/a.jar': old, '/srv/app/lib/b.jar': edited, '/srv/app/c.jar': edited, '/etc': edited },
    jars: ['/srv/app/lib/b.jar', '/srv/app/c.jar'],
  },
  'a class path in one word': { words: 'java --class-path=/a.jar Main', files: { '/a.jar': edited }, jars: ['/a.jar'] },
  'a relative jar, and no folder': { words: 'java -jar a.jar', files: { '/a.jar': edited }, folder: null, jars: [] },
  'no value': { words: 'java -cp', files: {}, jars: [] },
  'at which we must not look': { words: 'java -jar /a.jar', files: { '/a.jar': { kind: 'unknown' } }, jars: [] },
};
for (const [name, { words, files, folder, jars }] of Object.entries(classPaths)) {
  test(`hints: ${name}`, () => {
    const judged = judgeClassPath(hint(words, '/usr/lib/jvm/java-17/bin/java', folder), filesOf(files));
    assert.deepEqual(
      judged.map(({ how, language, path }) => [how, language, path]),
      jars.map((jar) => ['modified', 'java', jar]),
    );
  });
}

test('hints: only a JVM has a class path', () => {
  assert.deepEqual(judgeClassPath(hint('python3 -jar /a.jar', '/usr/bin/python3'), filesOf({ '/a.jar': edited })), []);
});

const lock = '/srv/app/node_modules/.package-lock.json';
const modules: Record<
  string,
  { words: string; program: string; files: Record<string, TestFile>; path: string | null }
> = {
  'modules beside the script': {
    words: 'node /srv/app/bin/www.js',
    program: '/usr/bin/node',
    files: { '/srv/app/bin/www.js': old, [lock]: edited },
    path: lock,
  },
  'modules that are older': {
    words: 'node /srv/app/bin/www.js',
    program: '/usr/bin/node',
    files: { '/srv/app/bin/www.js': old, [lock]: old },
    path: null,
  },
  'the nearest modules count': {
    words: 'node /srv/app/part/a.js',
    program: '/usr/bin/node',
    files: { '/srv/app/part/a.js': old, '/srv/app/part/node_modules/.package-lock.json': old, [lock]: edited },
    path: null,
  },
  'modules of Ruby in the folder of the process': {
    words: 'puma: cluster worker',
    program: '/usr/bin/ruby3.1',
    files: { '/srv/app/Gemfile.lock': { bornAt: later, modifiedAt: 1 } },
    path: '/srv/app/Gemfile.lock',
  },
  'a language without such a file': {
    words: 'perl /srv/app/a.pl',
    program: '/usr/bin/perl',
    files: { '/srv/app/a.pl': old, [lock]: edited },
    path: null,
  },
};
for (const [name, { words, program, files, path }] of Object.entries(modules)) {
  test(`hints: ${name}`, () => assert.equal(judgeModules(hint(words, program), filesOf(files))?.path ?? null, path));
}
