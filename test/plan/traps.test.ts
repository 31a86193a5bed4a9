// The mistakes of other tools of the kind "wrong unit, unsafe action", each by its name.

import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import { buildPlan } from '../../src/plan/build.ts';
import type { UserPolicyRule } from '../../src/policy/rule.ts';
import { facts, file, libc, process, report, unit } from '../support/reports.ts';

const plan = (of: Report, rules: UserPolicyRule[] = []) => buildPlan(of, rules, '2026-11-23T07:40:13Z');

test('ids truncated at . @ : or -: names come out whole', () => {
  const names = [
    'dbus-:1.3-org.freedesktop.problems@0.service',
    'dev-disk-by\\x2did.service',
    'php8.2-fpm.service',
    'postgresql@15-main.service',
    'systemd-journald.service',
  ];
  const { services, actions } = plan(report({ units: names.map((name) => unit(name, [libc])) }));
  deepEqual(services, names);
  deepEqual(
    actions.map(({ argv }) => argv),
    names.map((name) => ['systemctl', 'try-restart', '--', name]),
  );
});

test('a fallback on process names started a disabled sshd: try-restart, and no unit from a name', () => {
  const stray = process(9, [libc], {
    name: 'sshd',
    executable: { path: '/usr/sbin/sshd', path_base64: null, deleted: false },
  });
  const { services, actions } = plan(report({ units: [unit('ssh.service', [libc])], processes: [stray] }));
  deepEqual(services, ['ssh.service']);
  deepEqual(actions[0]!.argv, ['systemctl', 'try-restart', '--', 'ssh.service']);
  deepEqual([actions[1]!.action, actions[1]!.unit, actions[1]!.argv], ['manual', null, null]);
});

test('restarting dbus or logind breaks the host: reported, as reboot', () => {
  const of = report({
    units: ['dbus.service', 'dbus-broker.service', 'systemd-logind.service'].map((name) => unit(name, [libc])),
  });
  const { services, actions, reboot } = plan(of);
  deepEqual(services, []);
  deepEqual(
    actions.map(({ action, argv }) => [action, argv]),
    Array(3).fill(['reboot', null]),
  );
  deepEqual(reboot, {
    required: true,
    reasons: ['dbus-broker.service', 'dbus.service', 'systemd-logind.service'].map((name) => ({
      code: 'unit',
      unit: name,
    })),
    unknown_because: null,
    kind: null,
    survivors: null,
    fixes: null,
  });
});

test('RefuseManualStop: it says so, and the unit stays listed', () => {
  const refusing = { ...facts, refuse_manual_stop: true, can_stop: false };
  const { services, actions } = plan(report({ units: [unit('auditd.service', [libc], { systemd: refusing })] }));
  deepEqual(services, []);
  deepEqual(
    actions.map(({ action, unit: name, blocked_by, argv }) => [action, name, blocked_by, argv]),
    [['manual', 'auditd.service', 'refuse_manual_stop', null]],
  );
});

test("a pseudo unit in the list broke Ansible's service module: only real, loadable names in services", () => {
  const units = [
    unit('-.slice', [libc]),
    unit('init.scope', [file('code', '/usr/lib/libc.so.6', [1])]),
    unit('session-3.scope', [libc], { slice: 'user-0.slice' }),
    unit('user@0.service', [libc]),
    unit('home.mount', [libc]),
    unit('getty@.service', [libc]),
    unit('gone.service', [libc], { systemd: { ...facts, load_state: 'not-found' } }),
    unit('unasked.service', [libc], { systemd: null }),
    unit('real.service', [libc]),
  ];
  deepEqual(plan(report({ units, processes: [process(9, [libc])] })).services, ['real.service']);
});

test('an automatic restart failed a Patroni cluster over: the policy belongs to the user', () => {
  const rules: UserPolicyRule[] = [
    { unit: 'patroni.service', action: 'manual', reason: 'fails over by hand', file: '/etc/c.yaml', line: 4 },
  ];
  const { services, actions } = plan(report({ units: [unit('patroni.service', [libc])] }), rules);
  deepEqual(services, []);
  deepEqual(actions[0]!.policy, { rule: '/etc/c.yaml:4', reason: 'fails over by hand' });
  equal(actions[0]!.argv, null);
});

test('user units are wanted, with uid', () => {
  const user = { uid: 1000, name: null };
  const { services, user_services, actions } = plan(
    report({ units: [unit('app.service', [libc], { scope: 'user', user, systemd: null })] }),
  );
  deepEqual([services, user_services], [[], [{ user, unit: 'app.service' }]]);
  deepEqual(actions[0]!.argv, ['systemctl', '--user', '--machine=1000@.host', 'try-restart', '--', 'app.service']);
});

test('the unit that carries the caller comes last and says so', () => {
  const units = ['ansible-pull.service', 'nginx.service', 'auditd.service'].map((name) =>
    unit(name, [libc], name === 'auditd.service' ? { systemd: { ...facts, refuse_manual_stop: true } } : {}),
  );
  const { services, actions } = plan(report({ units, scan: { carriers: ['ansible-pull.service'] } }));
  deepEqual(services, ['nginx.service', 'ansible-pull.service']);
  deepEqual(
    actions.map(({ unit: name, carries_caller }) => [name, carries_caller]),
    [
      ['nginx.service', false],
      ['auditd.service', false],
      ['ansible-pull.service', true],
    ],
  );
});

test("below a user's manager any of that user's units may carry the caller, and no other user's", () => {
  const units = [1000, 1001].map((uid) =>
    unit('a.service', [libc], { scope: 'user', user: { uid, name: null }, systemd: null }),
  );
  const { actions } = plan(report({ units, scan: { carriers: ['user@1000.service'] } }));
  deepEqual(
    actions.map(({ user, carries_caller }) => [user?.uid, carries_caller]),
    [
      [1001, false],
      [1000, true],
    ],
  );
});

test('a container is restarted by itself, never the service of its runtime', () => {
  const container = { runtime: 'docker', id: 'ab12', name: null, user: null } as const;
  const { services, actions } = plan(report({ processes: [process(9, [libc], { container })] }));
  deepEqual(services, []);
  deepEqual(
    actions.map(({ action, container: what, argv }) => [action, what?.id, argv]),
    [['restart_container', 'ab12', null]],
  );
});

test('a container whose processes were also given to a unit does not restart that unit', () => {
  const container = { runtime: 'nspawn', id: null, name: 'web', user: null } as const;
  const of = report({ units: [unit('cron.service', [libc])], processes: [process(100, [libc], { container })] });
  deepEqual(
    plan(of).actions.map(({ action, unit: name }) => [action, name]),
    [['restart_container', null]],
  );
});

test('no restart without a reason: a JVM with an unlinked JNA copy, a dropped table, a font cache', () => {
  const rows = [
    ['scratch', '/tmp/jna-114/jna8871.tmp', 'scratch_file'],
    ['file', '/var/lib/postgresql/15/main/base/5/16392', 'file_held'],
    ['scratch', '/tmp/ibX1y2', 'scratch_file'],
    ['data', '/var/cache/fontconfig/ab-le64.cache-7', 'data_replaced'],
    ['data', '/usr/lib/locale/locale-archive', 'data_replaced'],
  ] as const;
  for (const [role, path, code] of rows) {
    const { actions, ignored } = plan(report({ units: [unit('a.service', [file(role, path)])] }));
    deepEqual(actions, [], path);
    deepEqual(
      ignored.map((each) => [each.code, each.path, each.unit, each.pids]),
      [[code, path, 'a.service', [100]]],
    );
    ok(ignored[0]!.reason.length > 20);
  }
});
