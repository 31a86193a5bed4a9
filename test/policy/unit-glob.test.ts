// Globs over unit names that could never match are told apart from those that can.

import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { unitGlobProblem } from '../../src/policy/unit-glob.ts';

const rows: readonly (readonly [glob: string, problem: RegExp | null])[] = [
  ['nginx.service', null],
  ['postgresql@*.service', null],
  ['*', null],
  ['*.scope', null],
  ['nginx*', null],
  ['nginx?service', null],
  ['*ice', null],
  ['nginx.servic[e]', null],
  ['[a-n]*.service', null],
  ['[!a]*.service', null],
  ['[]x]nginx.service', null],
  ['dev-disk-by\\x2did.swap', null],
  ['dbus-:1.3-org.x@0.service', null],
  ['-.mount', null],
  ['a.b.c.*', null],
  ['', /empty/],
  ['nginx', /ends so/],
  ['nginx.conf', /ends so/],
  ['*.conf', /ends so/],
  ['*x.py', /ends so/],
  ['.service', /ends so/],
  ['*services', /ends so/],
  ['my service.service', /character " "/],
  ['/usr/lib/*', /character "\/"/],
  ['nginx.service ', /character " "/],
  ['{nginx,apache2}.service', /character "{"/],
  ['größe.service', /character "ö"/],
  ['[ /]*.service', /such a character/],
  ['@foo.service', /begins with @/],
  ['[nginx.service', /never closed/],
  [`${'a'.repeat(256)}*`, /longer/],
];

for (const [glob, problem] of rows) {
  test(`${JSON.stringify(glob.slice(0, 40))} ${problem === null ? 'can match' : `cannot: ${problem.source}`}`, () => {
    const said = unitGlobProblem(glob);
    equal(said === null ? null : problem?.test(said), problem === null ? null : true, String(said));
  });
}
