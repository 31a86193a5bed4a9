import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import { parseDocument, readDocument } from '../../src/documents/read.ts';
import { LibUsersError } from '../../src/errors.ts';
import { projectRoot } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';

const sample = (kind: string) => readFileSync(join(projectRoot, `test/fixtures/documents/${kind}.json`), 'utf8');
const report = sample('report');

test('a valid report is read, from a file and from a text', async (t) => {
  const folder = temporaryFolder(t, { 'report.json': report, 'bom.json': `\ufeff${report}` });
  assert.deepEqual(await readDocument(join(folder, 'report.json'), 'report'), JSON.parse(report));
  assert.deepEqual(await readDocument(join(folder, 'bom.json'), 'report'), JSON.parse(report));
  assert.equal((await parseDocument(report, 'line 3', 'error', 'report')).kind, 'lib-users/report');
});

test('what is no such document is refused, by name and place', async () => {
  const changed = (change: (document: Record<string, unknown>) => void) => {
    const document = JSON.parse(report);
    change(document);
    return JSON.stringify(document);
  };
  const rows: [name: string, text: string, message: RegExp, hint?: RegExp][] = [
    ['empty', '', /^f is empty$/],
    ['blank', ' \n\n', /^f is empty$/],
    ['cut off', report.slice(0, 2000), /^f, line \d+, column \d+: /],
    ['two documents', `${report}\n{}`, /^f, line \d+, column 1: a second document begins$/, /one document at a time/],
    ['a configuration', '# x\nkind: lib-users/config\n', /this is not JSON$/, /rules --config/],
    ['no JSON', 'hello', /^f, line 1, column 1: this is not JSON$/],
    ['null', 'null', /^f is no document of lib-users: it has no kind$/],
    ['a list', '[]', /it has no kind/],
    [
      'an unknown kind',
      '{"kind":"lib-users/rapport"}',
      /unknown kind "lib-users\/rapport"$/,
      /did you mean lib-users\/report\?/,
    ],
    ['another kind', sample('plan'), /^f is a lib-users\/plan, not a lib-users\/report$/],
    ['an error document', sample('error'), /^f is a lib-users\/error, not a/, /had failed/],
    [
      'a newer major',
      changed((d) => (d.schema_version = '2.0.0')),
      /schema_version 2\.0\.0, .* reads 1\.x/,
      /update lib-users/,
    ],
    ['an older major', changed((d) => (d.schema_version = '0.9.0')), /schema_version 0\.9\.0/, /write it anew/],
    ['no version', changed((d) => (d.schema_version = null)), /^f is not valid at \/schema_version: must be string$/],
    ['a key too many', changed((d) => (d.extra = 1)), /^f is not valid at \/: must not have the property extra$/],
    ['a wrong type', changed((d) => (d.units = {})), /^f is not valid at \/units: must be array$/],
    [
      'a key that only a later minor has, and nothing to say so',
      changed((d) => ((d.scan as Record<string, unknown>).extra = 1)),
      /^f is not valid at \/scan: must not have the property extra$/,
    ],
    [
      'a later minor with a value that we do not know',
      changed((d) => Object.assign(d, { schema_version: '1.9.0', warnings: [{ code: 'new', message: 'x' }] })),
      /^f is not valid at \/warnings\/0\/code: must be one of .*of version 1\.9\.0, this lib-users reads 1\.\d+\.\d+: update it/,
    ],
    [
      'a later minor with more new fields than a minor can have',
      changed((d) =>
        Object.assign(
          d,
          { schema_version: '1.9.0' },
          Object.fromEntries(Array.from({ length: 999 }, (_, i) => [i, i])),
        ),
      ),
      /must not have the property \d+ \(it is of version 1\.9\.0/,
    ],
    [
      'a wrong value deep inside',
      changed((d) => ((d.host as { init: string }).init = 'upstart')),
      /^f is not valid at \/host\/init: must be one of systemd, openrc, sysvinit, other$/,
    ],
    [
      'a property whose name breaks the line',
      changed((d) => Object.assign(d.host as object, { 'a\nb': 1 })),
      /^f is not valid at \/host: must not have the property "a\\nb"$/,
    ],
    [
      'a wrong value below such a name',
      changed((d) => Object.assign(d.host as object, { labels: { 'a\nb': 1 } })),
      /^f is not valid at "\/host\/labels\/a\\nb": must be string$/,
    ],
    [
      'a version that breaks the line',
      changed((d) => Object.assign(d, { schema_version: '2.\n0' })),
      /^f is not valid at \/schema_version: must match pattern/,
    ],
    [
      'a pid that no kernel gives, which would be printed as 1e+26',
      changed((d) => ((d.processes as { pid: number }[])[0]!.pid = 1e26)),
      /^f is not valid at \/processes\/0\/pid: must be <= 2147483647$/,
    ],
  ];
  for (const [name, text, message, hint] of rows) {
    await assert.rejects(parseDocument(text, 'f', 'report'), (error) => {
      assert.ok(error instanceof LibUsersError, `${name}: ${error}`);
      assert.equal(error.code, 'invalid_document', name);
      assert.equal(error.exitCode, 2, name);
      assert.match(error.message, message, name);
      if (hint) assert.match(error.hint ?? '', hint, name);
      return true;
    });
  }
});

test('of a later minor the fields that are not known are left out', async () => {
  const later = JSON.parse(report) as Report & Record<string, unknown>;
  later.schema_version = '1.9.0';
  later.anything = [{ else: 1 }];
  Object.assign(later.host.labels, { 'a~1/b': 'stays' });
  for (const each of [later.scan, ...later.units, ...later.processes.flatMap(({ maps }) => maps)])
    Object.assign(each, { 'a/b~1': { more: true } });
  const read = await parseDocument(JSON.stringify(later), 'f', 'report');
  const known = { ...(JSON.parse(report) as Report), schema_version: '1.9.0' };
  known.host.labels['a~1/b'] = 'stays';
  assert.deepEqual(read, known);
});

test('an input that cannot be read', async (t) => {
  const folder = temporaryFolder(t);
  const rows: [path: string, message: RegExp][] = [
    [join(folder, 'none.json'), /^cannot read .*none\.json \(ENOENT\)$/],
    [folder, /\(EISDIR\)$/],
    ['/bin/sh', /^\/bin\/sh is not UTF-8 text$/],
  ];
  for (const [path, message] of rows) {
    await assert.rejects(
      readDocument(path, 'report'),
      (error) => error instanceof LibUsersError && error.code === 'input_unreadable' && message.test(error.message),
    );
  }
});
