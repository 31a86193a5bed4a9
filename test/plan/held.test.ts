// Held space in a plan: a reason that fits each file, the holders with their bytes, and the logs that no reload can let go.

import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import type { Process, Report, UnitFile } from '../../src/documents/generated/report.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { facts, file, libc, process, report, rotatedLog, unit } from '../support/reports.ts';

const plan = (of: Report) => buildPlan(of, [], '2026-11-23T07:40:13Z');
const mebibyte = 1024 * 1024;

const reasons: readonly [file: UnitFile, reason: RegExp][] = [
  [file('file', '/var/log/app/a.log'), /^a log by its name/],
  [file('file', '/opt/app/server.out'), /^a log by its name/],
  [file('file', '/var/lib/redis/dump.rdb'), /^a file of a database/],
  [file('file', '/mnt/pg/base/5/16392'), /^a file of a database/],
  [file('file', '/data/kafka/t-0/00000000000000000000.log'), /^a file of a database/],
  [file('file', '/tmp/spill'), /^a temporary file/],
  [file('file', '/opt/app/lib/log4j-core.jar'), /^held open, and neither a log nor code/],
  [file('file', '/srv/share/x'), /^held open, and neither a log nor code/],
  [{ ...file('file', '/srv/old'), kind: 'directory' }, /^a directory/],
  [file('data', '/usr/lib/locale/locale-archive'), /^data, not code/],
  [file('scratch', '/tmp/ibAbCdEf'), /^made and unlinked by the process itself/],
];
for (const [one, reason] of reasons) {
  test(`the reason of ${one.role} ${one.path}: ${reason}`, () => {
    const small = { ...one, held_bytes: mebibyte - 1 };
    const large = { ...one, held_bytes: 58 * 1024 * mebibyte };
    const unknown = { ...one, held_bytes: null };
    const tell = (each: UnitFile) => plan(report({ units: [unit('a.service', [each])] }));
    for (const each of [small, large, unknown]) {
      const { actions, ignored } = tell(each);
      deepEqual(actions, [], 'nothing is restarted for the space that is held');
      match(ignored[0]!.reason, reason);
      equal(ignored[0]!.held_bytes, each.held_bytes);
      const frees = ignored[0]!.reason.endsWith('; a restart of a.service frees 58.0 GiB');
      equal(frees, each === large && one.role !== 'scratch', ignored[0]!.reason);
    }
  });
}

test('the reason names the event that frees the space, for targets other than services', () => {
  const large = { ...file('file', '/srv/x', [9]), held_bytes: mebibyte };
  const said = (of: Report) => plan(of).ignored[0]!.reason.replace(/^.*; /, '');
  equal(said(report({ units: [unit('run-1.scope', [large])] })), 'the end of run-1.scope frees 1.0 MiB');
  const [fd] = process(9, [large]).fds;
  const holder = process(9, [], { fds: [{ ...fd!, held_bytes: mebibyte }] });
  equal(said(report({ processes: [holder] })), 'the end of the process frees 1.0 MiB');
});

function holder(pid: number, fds: Partial<Process['fds'][number]>[], more: Partial<Process> = {}): Process {
  const [like] = process(pid, [file('file', '/srv/x')]).fds;
  return process(pid, [], { fds: fds.map((fd, index) => ({ ...like!, fd: index + 3, ...fd })), ...more });
}

test('held: units, containers and processes, most first, each file of one once', async () => {
  const container = { runtime: 'docker', id: '4f6c', name: null, user: null } as const;
  const of = report({
    units: [
      unit('small.service', [{ ...file('file', '/srv/x'), held_bytes: 10 }], { held_bytes: 10, held_memory_bytes: 4 }),
      unit('old.service', [{ ...libc, held_bytes: 20 }], { held_bytes: 20 }),
      unit('nothing.service', [libc]),
    ],
    processes: [
      holder(7, [{ held_bytes: 50 }, { held_bytes: 50 }, { held_bytes: 1, inode: '8', fs_type: 'tmpfs' }]),
      holder(8, [{ held_bytes: 30 }], { container }),
      holder(9, [{ held_bytes: 30 }, { held_bytes: null, inode: null }], { container }),
      holder(10, [{ held_bytes: 0 }]),
    ],
  });
  const { held } = plan(of);
  deepEqual(
    held?.map((one) => [
      one.unit ?? one.container?.id ?? one.process?.pid,
      one.held_bytes,
      one.held_memory_bytes,
      one.pids,
    ]),
    [
      [7, 51, 1, [7]],
      ['4f6c', 30, 0, [8, 9]],
      ['old.service', 20, null, [100]],
      ['small.service', 10, 4, [100]],
    ],
  );
  equal(await validateDocument('plan', plan(of)), null);
});

const reloads = { systemd: { ...facts, can_reload: true } };
const log = rotatedLog;
type Fds = readonly [pid: number, program: string, fds: readonly number[]][];
const streams: readonly [what: string, holders: Fds, action: string][] = [
  ['standard output and error', [[100, '/usr/bin/app', [1, 2]]], 'restart'],
  ['standard output alone', [[100, '/usr/bin/app', [1]]], 'restart'],
  ['standard error alone', [[100, '/usr/bin/app', [2]]], 'restart'],
  ['a descriptor of its own', [[100, '/usr/bin/app', [7]]], 'reload'],
  ['one of its own, and standard error laid over', [[100, '/usr/sbin/nginx', [2, 5]]], 'reload'],
  ['the same of any program', [[100, '/usr/bin/app', [2, 5]]], 'reload'],
  ['httpd, which lays its log over standard error', [[100, '/usr/sbin/apache2', [2]]], 'reload'],
  [
    'a child of the process that opened the log',
    [
      [100, '/usr/bin/app', [7]],
      [101, '/bin/sh', [1, 2]],
    ],
    'reload',
  ],
  ['a child alone', [[101, '/bin/sh', [1, 2]]], 'restart'],
  ['not known, as with --detail units', [], 'reload'],
];
for (const [what, holders, action] of streams) {
  test(`a log at ${what}: ${action}`, () => {
    const processes = holders.map(([pid, path, fds]) =>
      holder(
        pid,
        fds.map((fd) => ({ fd, path: log.path, role: 'log' as const })),
        {
          unit: { name: 'a.service', scope: 'system', user: null, source: 'cgroup_v2' },
          executable: { path, path_base64: null, deleted: false },
        },
      ),
    );
    const pids = holders.length === 0 ? [100] : holders.map(([pid]) => pid);
    const of = report({ units: [unit('a.service', [{ ...log, pids }], reloads)], processes });
    deepEqual(
      plan(of).actions.map((each) => each.action),
      [action],
    );
  });
}
