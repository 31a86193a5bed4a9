// The user's own rules: first match wins, by unit and by path, file by file, before the shipped policy.

import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { UnitFile } from '../../src/documents/generated/report.ts';
import { buildPlan } from '../../src/plan/build.ts';
import type { UserPolicyRule } from '../../src/policy/rule.ts';
import { facts, file, jna, libc, report, rotatedLog, unit } from '../support/reports.ts';

const plugin = file('code', '/opt/app/plugin.so');

type Entry = Pick<UserPolicyRule, 'action'> & Partial<UserPolicyRule>;

function outcome(rules: Entry[], files: UnitFile[], name = 'app.service', aliases: string[] = []) {
  const placed = rules.map((rule, index) => ({
    reason: `rule ${index}`,
    file: '/etc/c.yaml',
    line: 10 + index,
    ...rule,
  }));
  const systemd = { ...facts, names: [name, ...aliases].sort() };
  const { actions, ignored } = buildPlan(report({ units: [unit(name, files, { systemd })] }), placed, '');
  return [
    actions.map(({ action, policy, because }) => [action, policy?.rule ?? null, because.map(({ path }) => path)]),
    ignored.map(({ code, path, reason }) => [code, path, reason]),
  ];
}

test('an ignored path is no reason, and the plan says why', () => {
  deepEqual(outcome([{ path: '/opt/app/*', action: 'ignore' }], [libc, plugin]), [
    [['restart', null, [libc.path]]],
    [['policy', plugin.path, 'rule 0']],
  ]);
});

test('if every path is ignored, the plan has no action', () => {
  deepEqual(outcome([{ unit: 'app.service', path: '/opt/*', action: 'ignore' }], [plugin]), [
    [],
    [['policy', plugin.path, 'rule 0']],
  ]);
});

test('an ignored library leaves the logs to decide', () => {
  deepEqual(outcome([{ path: '*.so', action: 'ignore' }], [plugin, rotatedLog], 'rsyslog.service'), [
    [['signal', 'rsyslog-hup', [rotatedLog.path]]],
    [['policy', plugin.path, 'rule 0']],
  ]);
});

test('the first rule that matches wins', () => {
  const rules: Entry[] = [
    { unit: 'other.service', action: 'reboot' },
    { unit: 'app*.service', action: 'manual' },
    { unit: 'app.service', action: 'ignore' },
  ];
  deepEqual(outcome(rules, [libc]), [[['manual', '/etc/c.yaml:11', [libc.path]]], []]);
});

test('several files: the first rule in the list decides, and ignore is applied to each file', () => {
  const rules: Entry[] = [
    { path: '/var/log/*', action: 'ignore' },
    { path: '/usr/*', action: 'manual' },
    { path: '/opt/*', action: 'reboot' },
  ];
  deepEqual(outcome(rules, [libc, plugin, rotatedLog]), [
    [['manual', '/etc/c.yaml:11', [plugin.path, libc.path]]],
    [['policy', rotatedLog.path, 'rule 0']],
  ]);
});

test('unit and path must both match', () => {
  const rules: Entry[] = [{ unit: 'other.service', path: '/opt/*', action: 'ignore' }];
  deepEqual(outcome(rules, [plugin])[0], [['restart', null, [plugin.path]]]);
});

test('a rule for a unit that is ignored does not hide that its scratch is scratch', () => {
  deepEqual(outcome([{ unit: 'app.service', action: 'ignore' }], [libc, jna])[1], [
    ['scratch_file', jna.path, 'made and unlinked by the process itself: a restart would only make another'],
    ['policy', libc.path, 'rule 0'],
  ]);
});

test('globs match the bytes of a path, * crosses /, and case counts', () => {
  const raw = {
    ...plugin,
    path: '/opt/\ufffdplug.so',
    path_base64: Buffer.from('/opt/\xffplug.so', 'latin1').toString('base64'),
  };
  equal(outcome([{ path: '/opt/?plug.so', action: 'ignore' }], [raw])[0]!.length, 0);
  equal(outcome([{ path: '/opt/\ufffdplug.so', action: 'ignore' }], [raw])[0]!.length, 1);
  equal(outcome([{ path: '/o*.so', action: 'ignore' }], [plugin])[0]!.length, 0);
  equal(outcome([{ path: '/OPT/*', action: 'ignore' }], [plugin])[0]!.length, 1);
  const umlaut = { ...plugin, path: '/opt/größe.so' };
  equal(outcome([{ path: '/opt/größe.so', action: 'ignore' }], [umlaut])[0]!.length, 0);
});

const aliases = ['dbus-org.freedesktop.app1.service', 'web.service'];
const byAlias: [name: string, rule: Entry, expected: string][] = [
  ['an alias in full', { unit: 'web.service', action: 'manual' }, 'manual'],
  ['an alias in full, for a reload', { unit: 'web.service', action: 'reload' }, 'manual'],
  ['an alias in full, to ignore', { unit: 'web.service', action: 'ignore' }, 'nothing'],
  ['wildcards that leave it alone', { unit: 'dbus*.service', action: 'manual' }, 'manual'],
  ['wildcards for a reboot', { unit: 'w*.service', action: 'reboot' }, 'reboot'],
  ['wildcards that hide, of an alias', { unit: 'dbus*.service', action: 'ignore' }, 'restart'],
  ['wildcards that hide, of its own name', { unit: 'app*.service', action: 'ignore' }, 'nothing'],
  ['another name', { unit: 'webs.service', action: 'manual' }, 'restart'],
];
for (const [name, rule, expected] of byAlias) {
  test(`aliases: ${name}`, () => {
    const [actions] = outcome([rule], [libc], 'app.service', aliases) as [[string][]];
    equal(actions[0]?.[0] ?? 'nothing', expected);
  });
}

test('aliases: the reason names the alias, and nothing if the own name matched', () => {
  const placed = { file: '/etc/c.yaml', line: 1, reason: 'ours', action: 'manual' } as const;
  const of = report({
    units: [unit('app.service', [libc], { systemd: { ...facts, names: ['app.service', 'web.service'] } })],
  });
  const reasonBy = (name: string) => buildPlan(of, [{ ...placed, unit: name }], '').actions[0]!.policy?.reason;
  deepEqual(
    [reasonBy('web.service'), reasonBy('app.service'), reasonBy('*')],
    ['ours (by its alias web.service)', 'ours', 'ours'],
  );
});

test('aliases: wildcards of a rule that restarts bring no unit of another name with them', () => {
  const logind = { ...facts, names: ['dbus-org.freedesktop.login1.service', 'systemd-logind.service'] };
  const of = report({ units: [unit('systemd-logind.service', [libc], { systemd: logind })] });
  const rule = { file: '/etc/c.yaml', line: 1, reason: 'ours', action: 'restart', unit: 'dbus*.service' } as const;
  deepEqual(
    buildPlan(of, [rule], '').actions.map(({ action }) => action),
    ['reboot'],
  );
});
