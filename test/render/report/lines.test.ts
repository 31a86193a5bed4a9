import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../../src/documents/generated/report.ts';
import { renderLines, renderMachine } from '../../support/joined.ts';
import { cleanReport, hostileReport, unitsReport, workedReport } from '../samples.ts';

const libc = '/usr/lib/x86_64-linux-gnu/libc.so.6';

function withProcess(edit: (process: Report['processes'][number]) => void): Report {
  const report = workedReport();
  report.processes = report.processes.slice(0, 1);
  edit(report.processes[0]!);
  return report;
}

test('lines and machine: one line a command, pids by number, maps and fds sorted', () => {
  const nginx = '/usr/lib/x86_64-linux-gnu/libssl.so.3,/var/log/nginx/access.log.1';
  assert.ok(renderLines(workedReport()).includes(`\n812,813 "nginx:" uses ${nginx}\n`));
  assert.ok(renderMachine(workedReport()).includes(`\n812,813;${nginx};nginx:\n`));
  assert.equal(renderMachine(workedReport()).trimEnd().split('\n').length, 10);
  assert.ok(renderMachine(workedReport()).startsWith(`571;${libc};/sbin/auditd\n`));
});

test('lines and machine: pids are sorted as numbers, a file is named once', () => {
  const report = withProcess(() => {});
  const process = report.processes[0]!;
  report.processes = [
    { ...process, pid: 1000 },
    { ...process, pid: 99 },
  ];
  assert.equal(renderMachine(report), `99,1000;${libc};/sbin/auditd\n`);
});

const rows: readonly [name: string, edit: (process: Report['processes'][number]) => void, machine: string][] = [
  ['scratch is printed too', (p) => (p.maps[0]!.role = 'scratch'), `571;${libc};/sbin/auditd\n`],
  ['arguments by blanks', (p) => (p.command = ['a', 'b c']), `571;${libc};a b c\n`],
  ['no command line', (p) => (p.command = []), `571;${libc};[auditd]\n`],
  ['a path with separators', (p) => (p.maps[0]!.path = '/a,b;c d'), '571;/a\\x2cb\\x3bc d;/sbin/auditd\n'],
  ['a command with separators', (p) => (p.command = ['a;b,"c"']), `571;${libc};a;b,"c"\n`],
  ['a path with newlines', (p) => (p.maps[0]!.path = '/a\n1;/b;c'), '571;/a\\n1\\x3b/b\\x3bc;/sbin/auditd\n'],
  ['a path that is no UTF-8', (p) => (p.maps[0]!.path_base64 = '//8='), '571;\\xff\\xff;/sbin/auditd\n'],
];
for (const [name, edit, machine] of rows) {
  test(`machine: ${name}`, () => assert.equal(renderMachine(withProcess(edit)), machine));
}

test('lines and machine: a hostile host cannot add a line', () => {
  for (const render of [renderLines, renderMachine]) {
    const text = render(hostileReport('\n1;/x;\x1b[2J\u202e\r'));
    assert.equal(text.trimEnd().split('\n').length, render(workedReport()).trimEnd().split('\n').length);
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  }
});

test('lines and machine: with --detail units the unit stands for the command', () => {
  assert.ok(renderMachine(unitsReport()).startsWith(`571;${libc};auditd.service\n`));
});

test('lines and machine: nothing found, nothing printed', () => {
  assert.equal(renderLines(cleanReport()) + renderMachine(cleanReport()), '');
});
