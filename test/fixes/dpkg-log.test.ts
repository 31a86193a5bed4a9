// Lines of dpkg.log -> when a package was last put in place, and whether a file that is written later may be of the package's own programs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDpkgLog } from '../../src/fixes/dpkg-log.ts';
import { mayBeOfManager } from '../../src/fixes/version-since.ts';

const at = (time: string) => new Date(`2026-11-23T${time}`).getTime();

/** Lines as dpkg 1.21 writes them if it installs a version again. */
const again = `2026-11-23 10:00:00 upgrade a:all 1.0-1 1.0-1
2026-11-23 10:00:00 status half-configured a:all 1.0-1
2026-11-23 10:00:01 status unpacked a:all 1.0-1
2026-11-23 10:00:04 configure a:all 1.0-1 <none>
2026-11-23 10:00:04 status half-configured a:all 1.0-1
2026-11-23 10:00:09 status installed a:all 1.0-1
2026-11-23 10:00:10 status installed b:all 1.0-1`;
const trigger = `2026-11-23 10:05:00 trigproc a:all 1.0-1 <none>
2026-11-23 10:05:30 status installed a:all 1.0-1`;
const failed = again.replace(/^.*status installed a:all.*\n/m, '');

const rows: [name: string, log: string, born: string, ofManager: boolean][] = [
  ['when it was put in place', again, '10:00:01', true],
  ['by its own programs', again, '10:00:08', true],
  ['in the second in which they ended, or in the next ones', again, '10:00:11.900', true],
  ['by somebody else, later', again, '10:00:12.100', false],
  ['by a trigger', `${again}\n${trigger}`, '10:05:29', true],
  ['after the trigger', `${again}\n${trigger}`, '10:05:33.100', false],
  ['if its programs did not end well: for an hour', failed, '10:59:00', true],
  ['if its programs did not end well: after an hour', failed, '11:00:02', false],
];
for (const [name, log, born, ofManager] of rows) {
  test(`a file that was written ${name}: ${ofManager}`, () => {
    const change = parseDpkgLog(log.split('\n')).find((each) => each.name === 'a');
    assert.ok(change);
    const past = { changedAt: change.endedAt, settledAt: change.settledAt ?? null };
    assert.equal(mayBeOfManager(at(born), past), ofManager);
  });
}

test('a package that has not changed has made nothing', () =>
  assert.equal(mayBeOfManager(at('10:00:00'), { changedAt: null, settledAt: null }), false));
