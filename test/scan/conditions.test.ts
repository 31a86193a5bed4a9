// Conditions on real files -> whether they hold now; and the unit files that are read at all.

import { equal } from 'node:assert/strict';
import { chmodSync, chownSync, lchownSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Views } from '../../src/procfs/views.ts';
import { checkNow, checkStart, conditionsMet, holdNow } from '../../src/scan/conditions.ts';
import { needs } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('conditions on files', (t) => {
  if (!needs(t, 'another user')) return;
  const base = temporaryFolder(t, { file: 'x', 'folder/empty': '' });
  chmodSync(base, 0o755);
  symlinkSync('file', join(base, 'link'));
  symlinkSync('gone', join(base, 'dangling'));
  mkdirSync(join(base, 'app'));
  chownSync(join(base, 'app'), 4711, 4711);
  symlinkSync('../file', join(base, 'app/link'));
  lchownSync(join(base, 'app/link'), 4711, 4711);
  const views = new Views();
  t.after(() => views.close());
  const inRun = readdirSync('/run', { withFileTypes: true }).find((entry) => entry.isDirectory())?.name;
  const rows: [condition: string, holds: boolean | null][] = [
    ['PathExists=BASE/file', true],
    ['PathExists=!BASE/file', false],
    ['PathExists=BASE/folder', true],
    ['PathExists=BASE/gone', false],
    ['PathExists=!BASE/gone', true],
    ['PathExists=BASE/none/gone', false],
    ['PathExists=BASE/link', true],
    ['PathExists=BASE/dangling', false],
    ['PathExists=BASE/app/link', null],
    ['PathIsDirectory=BASE/folder', true],
    ['PathIsDirectory=BASE/file', false],
    ['FileNotEmpty=BASE/file', true],
    ['FileNotEmpty=BASE/folder/empty', false],
    ['FileNotEmpty=BASE/folder', false],
    ['FileNotEmpty=BASE/link', true],
    // A service may remove at its stop what it made there.
    [`PathExists=!/run/${inRun}`, null],
    [`PathExists=/run/${inRun}`, true],
    ['PathExists=!/run', false],
    ['KernelCommandLine=x', null],
  ];
  for (const kind of ['Condition', 'Assert']) {
    for (const [condition, holds] of rows) {
      equal(holdNow([`[Unit]\n${kind}${condition.replace('BASE', base)}\n`], views), holds, kind + condition);
    }
  }
});

test('a condition skips a start before an assertion fails it', (t) => {
  const views = new Views();
  t.after(() => views.close());
  const [holds, fails, unknown] = ['PathExists=/etc', 'PathExists=!/etc', 'KernelCommandLine=x'];
  const rows: [condition: string, assertion: string, expected: ReturnType<typeof checkNow>][] = [
    [holds, holds, 'allowed'],
    [holds, fails, 'failed'],
    [holds, unknown, 'allowed'],
    [fails, holds, 'skipped'],
    [fails, fails, 'skipped'],
    [unknown, fails, null],
  ];
  for (const [condition, assertion, expected] of rows) {
    const text = `[Unit]\nCondition${condition}\nAssert${assertion}\n`;
    equal(checkNow([text], views), expected, text);
  }
  equal(checkNow(['[Unit]\n'], views), 'allowed');
});

test('only unit files in the folders of systemd are read', (t) => {
  const base = temporaryFolder(t, { 'a.service': '[Unit]\nConditionPathExists=/none\n' });
  const views = new Views();
  t.after(() => views.close());
  for (const files of [
    null,
    [],
    [join(base, 'a.service')],
    ['/etc/systemd/system/../../passwd'],
    ['/etc/systemd/system/no-such.service'],
  ])
    for (const look of [conditionsMet, checkStart]) equal(look(files, views), null, String(files));
});
