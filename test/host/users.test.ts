// passwd(5) -> login names by uid.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { parsePasswd, readUserNames } from '../../src/host/users.ts';
import { makeTree } from '../support/tree.ts';

const rows: [name: string, line: string, uid: number, user: string | null][] = [
  ['a whole line', 'www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin', 33, 'www-data'],
  ['the largest uid', 'big:x:4294967294:1::/:', 4294967294, 'big'],
  ['a name that begins with a digit', '1st:x:7:7::/:', 7, '1st'],
  ['an empty password', 'nopw::7:7::/:', 7, 'nopw'],
  ['another uid', 'a:x:77:7::/:', 7, null],
  ['a comment', '#a:x:7:7::/:', 7, null],
  ['NIS, included', '+nis:x:7:7::/:', 7, null],
  ['NIS, left out', '-nis:x:7:7::/:', 7, null],
  ['no name', ':x:7:7::/:', 7, null],
  ['a uid that is no number', 'a:x:seven:7::/:', 7, null],
  ['a negative uid', 'a:x:-7:7::/:', -7, null],
  ['an empty uid is not 0', 'a:x::7::/:', 0, null],
  ['torn behind the uid', 'a:x:7', 7, null],
  ['an empty line', '', 0, null],
];
for (const [name, line, uid, user] of rows) {
  test(`passwd: ${name}`, () => {
    const names = parsePasswd(`root:x:999:0::/root:/bin/sh\n${line}\nlast:x:998:0::/:\n`);
    assert.equal(names.get(uid) ?? null, user);
    assert.equal(names.get(998), 'last');
  });
}

test('passwd: the first line of a uid counts', () => {
  assert.equal(parsePasswd('root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n').get(0), 'root');
});

test('users: read once, when the first name is wanted', (t) => {
  const root = makeTree(t, { 'etc/passwd': 'before:x:7:7::/:\n' });
  const nameOf = readUserNames(root);
  writeFileSync(join(root, 'etc/passwd'), 'wanted:x:7:7::/:\n');
  assert.equal(nameOf(7), 'wanted');
  writeFileSync(join(root, 'etc/passwd'), 'later:x:7:7::/:\n');
  assert.equal(nameOf(7), 'wanted');
  assert.equal(nameOf(8), null);
});

test('users: no passwd file, no names', (t) => {
  assert.equal(readUserNames(makeTree(t, {}))(0), null);
});
