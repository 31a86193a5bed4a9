// Blocks of `systemctl show` -> how a service starts. The lines of ExecStart are those that systemd 252 prints.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unitStart } from '../../src/systemd/unit-start.ts';

const block = (start: string, more = '') =>
  `Id=a.service\nNames=a.service\nMainPID=7\nControlGroup=/system.slice/a.service\nNeedDaemonReload=no\nStateChangeTimestampMonotonic=2500\n${start}${more}`;
const tail = ' ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }';
const exec = (path: string, argv: string) => `ExecStart={ path=${path} ; argv[]=${argv}${tail}`;

test('a service with one command', () => {
  assert.deepEqual(unitStart.parse(block(exec('/usr/bin/a', '/usr/bin/a -x --y=z')), 'a.service'), {
    ...{ mainPid: 7, controlGroup: '/system.slice/a.service', needsReload: false, hasOwnFiles: false, changedAt: 2.5 },
    command: {
      ...{ path: '/usr/bin/a', words: ['-x', '--y=z'], isWhole: true, folder: '/' },
      ...{ environment: '', hasEnvironmentFiles: false },
    },
  });
});

const rows: [name: string, text: string][] = [
  ['no command', block('ExecStart=')],
  ['two commands', block(`${exec('/usr/bin/a', 'a')}\n${exec('/usr/bin/b', 'b')}`)],
  ['a program that systemd looks up', block(exec('a', 'a'))],
  ['nonsense', block('ExecStart={ path=/usr/bin/a }')],
];
for (const [name, text] of rows) {
  test(`the command is not known: ${name}`, () => assert.equal(unitStart.parse(text, 'a.service')?.command, null));
}

const uncertain: [argv: string, words: string[]][] = [
  ['/usr/sbin/munin-node --foreground $ARGS', ['--foreground']],
  ['python3 $SCRIPT /srv/a.py', []],
  ['python3 -u /srv/a.py "two words" x', ['-u', '/srv/a.py']],
  ['python3 /srv/my\\x20file.py', []],
];
for (const [argv, words] of uncertain) {
  test(`the words end before one that is not certain: ${argv}`, () =>
    assert.deepEqual(unitStart.parse(block(exec('/usr/bin/a', argv)), 'a.service')?.command?.words, words));
}

test('the environment that the unit sets', () => {
  const more = '\nEnvironment=A=b "C=d e"\nEnvironmentFiles=/etc/default/a (ignore_errors=yes)';
  const command = unitStart.parse(block(exec('/usr/bin/a', '/usr/bin/a $ARGS'), more), 'a.service')?.command;
  assert.equal(command?.environment, 'A=b "C=d e"');
  assert.equal(command?.hasEnvironmentFiles, true);
  assert.equal(command?.isWhole, false);
});

test('a block that is not whole, or is of another unit, is not believed', () => {
  assert.equal(unitStart.parse(block('ExecStart='), 'b.service'), null);
  assert.equal(unitStart.parse('Id=a.service\nNames=a.service', 'a.service'), null);
});

test('a service with mounts of its own says so', () => {
  const own = block('ExecStart=', '\nBindPaths=/a:/b:\nRootDirectory=');
  assert.equal(unitStart.parse(own, 'a.service')?.hasOwnFiles, true);
});

const folders: [setting: string, folder: string | null][] = [
  ['', '/'],
  ['/srv/my app', '/srv/my app'],
  ['!/srv/app', null],
  ['~', null],
];
for (const [setting, folder] of folders) {
  test(`the folder in which a service starts: "${setting}"`, () => {
    const text = block(exec('/usr/bin/a', 'a'), `\nWorkingDirectory=${setting}`);
    assert.equal(unitStart.parse(text, 'a.service')?.command?.folder, folder);
  });
}
