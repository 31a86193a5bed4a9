import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Process } from '../../src/documents/generated/report.ts';
import { renderDropIn } from '../../src/drop-in/render.ts';
import { file, process, report } from '../support/reports.ts';

const library = file('code', '/usr/lib/libz.so');
const other = file('code', '/usr/lib/liba b.so');
const log = file('log', '/var/log/x;y,z.log');
const unit = (name: string, scope: 'system' | 'user' = 'system', uid: number | null = null): Partial<Process> => ({
  unit: { name, scope, user: uid === null ? null : { uid, name: null }, source: 'cgroup_v2' },
});
const plain = { machine: false, showItems: false, services: false };

function render(processes: Process[], options: Partial<typeof plain> = {}): string {
  return renderDropIn(report({ processes }), { ...plain, ...options });
}

test('nothing found prints nothing, with every flag', () => {
  for (const flag of [{}, { machine: true }, { services: true }, { showItems: true }])
    assert.equal(render([], flag), '');
});

test('processes with the same command line share a line; pids are in the order of strings', () => {
  const command = ['/usr/bin/a', '-x', 'y z'];
  const processes = [
    process(20, [library], { command }),
    process(100, [other], { command }),
    process(300, [library], { command: ['b'] }),
  ];
  assert.equal(render(processes), '100,20 "/usr/bin/a -x y z"\n300 "b"\n');
  assert.equal(
    render(processes, { showItems: true }),
    '100,20 "/usr/bin/a -x y z" uses /usr/lib/liba b.so,/usr/lib/libz.so\n300 "b" uses /usr/lib/libz.so\n',
  );
  assert.equal(
    render(processes, { machine: true, showItems: true }),
    '100,20;/usr/lib/liba b.so,/usr/lib/libz.so;/usr/bin/a -x y z\n300;/usr/lib/libz.so;b\n',
  );
});

test('a file counts once, and separators in names stay as they are', () => {
  const twice = process(7, [log, log, file('log', '/b')]);
  assert.equal(render([twice], { machine: true }), '7;/b,/var/log/x;y,z.log;/usr/bin/daemon\n');
});

test('a process without a command line is left out', () => {
  assert.equal(render([process(7, [library], { command: [] })]), '');
});

test('control characters are escaped, backslashes are not, raw bytes are shown', () => {
  const rows: [name: string, command: string[], base64: string | null, expected: string][] = [
    ['an escape sequence', ['\x1b[2J'], null, '7 "\\x1b[2J"\n'],
    ['a newline', ['sh', '-c', 'a\nb'], null, '7 "sh -c a\\nb"\n'],
    ['a backslash', ['grep', '\\d+'], null, '7 "grep \\d+"\n'],
    ['an umlaut', ['ü'], null, '7 "ü"\n'],
    ['blanks around', ['  a ', ''], null, '7 "a"\n'],
    ['a byte that is no UTF-8', ['a\ufffd'], Buffer.from('a\xff\0', 'latin1').toString('base64'), '7 "a\\xff"\n'],
  ];
  for (const [name, command, command_base64, expected] of rows) {
    assert.equal(render([process(7, [library], { command, command_base64 })]), expected, name);
  }
});

test('-S names whole units, as the system manager knows the processes', () => {
  const processes = [
    process(5, [library], { command: ['a'], ...unit('systemd-journald.service') }),
    process(50, [library], { command: ['a'], ...unit('systemd-journald.service') }),
    process(6, [library], { command: ['b'], ...unit('dbus-:1.3-org.x@0.service') }),
    process(60, [library], { command: ['c'], ...unit('systemd-journald.service') }),
    process(7, [library], { command: ['d'], ...unit('foo.service', 'user', 1000) }),
    process(8, [library], { command: ['e'], session: { id: '3', user: null } }),
    process(9, [library], { command: ['f'] }),
  ];
  const [, services] = render(processes, { services: true }).split('\n\n');
  assert.deepEqual(services?.split('\n'), [
    '5,50,60 belong to systemd-journald.service',
    '6 belong to dbus-:1.3-org.x@0.service',
    '7 belong to user@1000.service',
    '8 belong to session-3.scope',
    '',
  ]);
});
