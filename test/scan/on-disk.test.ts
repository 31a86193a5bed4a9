// The programs and the file of a unit -> whether they are on disk, with links of root and of another user on the way.
import assert from 'node:assert/strict';
import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Views } from '../../src/procfs/views.ts';
import { areOnDisk, isOnDisk } from '../../src/scan/on-disk.ts';
import { needs } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';

function makeHost(t: TestContext): { base: string; views: Views } {
  const base = temporaryFolder(t, { 'real/program': 'x' });
  const views = new Views();
  t.after(() => views.close());
  return { base, views };
}

test('a program is on disk, gone, or not known', (t) => {
  const { base, views } = makeHost(t);
  const [here, gone] = [join(base, 'real/program'), join(base, 'real/gone')];
  const rows: [programs: (string | null)[] | null, expected: boolean | null][] = [
    [null, null],
    [[], null],
    [[here], true],
    [[here, gone], false],
    [[here, null], null],
    [[gone, null], false],
    [[join(base, 'none/program')], false],
    [[join(base, 'real')], null],
  ];
  for (const [programs, expected] of rows) assert.equal(areOnDisk(programs, views), expected, String(programs));
  assert.deepEqual(
    [here, gone, null].map((path) => isOnDisk(path, views)),
    [true, false, null],
  );
});

test("a link of root's to a program is followed, and a link whose end is gone is no program", (t) => {
  if (!needs(t, 'another user')) return;
  const { base, views } = makeHost(t);
  chmodSync(base, 0o755);
  symlinkSync('real/program', join(base, 'link'));
  symlinkSync(join(base, 'link'), join(base, 'linked-twice'));
  symlinkSync('real', join(base, 'folder'));
  symlinkSync('removed/program', join(base, 'dangling'));
  symlinkSync('circle', join(base, 'circle'));
  const known = (name: string) => areOnDisk([join(base, name)], views);
  assert.deepEqual(['link', 'linked-twice', 'folder/program', 'dangling', 'circle'].map(known), [
    true,
    true,
    true,
    false,
    null,
  ]);
  assert.equal(isOnDisk(join(base, 'dangling'), views), true);
});

test("another user's link is not followed, because it may lead to a file system that hangs", (t) => {
  if (!needs(t, 'another user')) return;
  const { base, views } = makeHost(t);
  chmodSync(base, 0o755);
  const app = join(base, 'app');
  mkdirSync(app);
  chownSync(app, 4711, 4711);
  symlinkSync('../real', join(app, 'current'));
  lchownSync(join(app, 'current'), 4711, 4711);
  assert.equal(areOnDisk([join(app, 'current/program')], views), null);
  assert.equal(areOnDisk([join(app, 'current/gone')], views), null);
  assert.equal(isOnDisk(join(app, 'current/program'), views), null);
});
