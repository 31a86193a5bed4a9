// Globs over unit names that could never match are told apart from those that can.

import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileGlob } from '../../src/glob.ts';
import { unitGlobProblem } from '../../src/policy/unit-glob.ts';
import { isUnitName } from '../../src/systemd/unit-name.ts';

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
  ['nginx', /ends like this/],
  ['nginx.conf', /ends like this/],
  ['*.conf', /ends like this/],
  ['*x.py', /ends like this/],
  ['.service', /ends like this/],
  ['*services', /ends like this/],
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

const moreRows: typeof rows = [
  ['nginx?', /ends like this/],
  ['???', /ends like this/],
  ['[a-n]', /ends like this/],
  ['nginx.servic?', null],
  ['nginx.servcie', /ends like this/],
  ['nginx.Service', /ends like this/],
  ['nginx[.]service', null],
  ['nginx[!.]', /ends like this/],
  ['foo@', /ends like this/],
  ['foo@*', null],
  ['foo@.service', /template/],
  ['foo@[!@].service', null],
  ['*@.service', null],
  ['*.slice', null],
  ['session-1', /ends like this/],
  ['session-*.scope', null],
  ['user@1000.service/app.service', /character "\/"/],
  ['a b', /character " "/],
  [`*${'a'.repeat(250)}*`, null],
  [`*${'?'.repeat(256)}*`, /longer|ends like this/],
];

const hints: readonly (readonly [glob: string, hint: string])[] = [
  ['nginx', 'did you mean nginx.service?'],
  ['nginx.service ', 'did you mean nginx.service?'],
  [' nginx', 'did you mean nginx.service?'],
  ['nginx.servcie', 'did you mean nginx.service?'],
  ['nginx.SERVICE', 'did you mean nginx.service?'],
  ['home.Mount', 'did you mean home.mount?'],
  ['foo@', 'did you mean foo@*.service?'],
  ['foo@.service', 'did you mean foo@*.service?'],
  ['foo@.socket', 'did you mean foo@*.socket?'],
  ['session-1', 'did you mean session-1.scope?'],
  ['init', 'did you mean init.scope?'],
  ['user@1000', 'did you mean user@1000.service?'],
  ['nginx?', 'did you mean nginx?.service?'],
  ['nginx.service redis.service', 'give each by itself: nginx.service and redis.service'],
  ['nginx.service,redis*', 'give each by itself: nginx.service and redis*'],
  ['', 'as in nginx.service, nginx* or postgresql@*.service'],
  ['[nginx.service', 'as in nginx.service, nginx* or postgresql@*.service'],
  ['größe', 'as in nginx.service, nginx* or postgresql@*.service'],
];

for (const [glob, hint] of hints) {
  test(`${JSON.stringify(glob)} is an error that says: ${hint}`, () => equal(unitGlobProblem(glob)?.hint, hint));
}

const character = fc.constantFrom(...'az09:_.\\\\-@@..');
const type = fc.constantFrom(
  'service',
  'socket',
  'target',
  'device',
  'mount',
  'automount',
  'swap',
  'timer',
  'path',
  'slice',
  'scope',
);
const text = fc.string({ unit: character, maxLength: 8 });

test('a name without wildcards is refused exactly if no unit can have it', () => {
  fc.assert(
    fc.property(fc.tuple(text, fc.oneof(type, text)), ([stem, end]) => {
      const name = `${stem}.${end}`;
      equal(unitGlobProblem(name) === null, isUnitName(name), name);
    }),
    { numRuns: 5000 },
  );
});

test('a glob that was made from the name of a unit is accepted', () => {
  const places = fc.array(fc.record({ at: fc.nat(30), length: fc.nat(6), sign: fc.constantFrom(...signs) }), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(text, type, places, (stem, end, cuts) => {
      const name = `${stem}.${end}`;
      fc.pre(isUnitName(name));
      const cells = [...name];
      for (const { at, length, sign } of cuts) {
        if (at < name.length) cells.splice(at, sign === '*' ? length : 1, stand(sign, cells[at] ?? ''));
      }
      const glob = cells.join('');
      fc.pre(compileGlob(glob)(name));
      equal(unitGlobProblem(glob), null, glob);
    }),
    { numRuns: 5000 },
  );
});

const signs = ['*', '?', '[', '[!'] as const;

/** A wildcard in place of a character, or of several. */
function stand(sign: (typeof signs)[number], character: string): string {
  return { '*': '*', '?': '?', '[': `[~${character}]`, '[!': '[!~]' }[sign];
}

for (const [glob, problem] of [...rows, ...moreRows]) {
  test(`${JSON.stringify(glob.slice(0, 40))} ${problem === null ? 'can match' : `cannot: ${problem.source}`}`, () => {
    const said = unitGlobProblem(glob)?.message ?? null;
    equal(said === null ? null : problem?.test(said), problem === null ? null : true, String(said));
  });
}
