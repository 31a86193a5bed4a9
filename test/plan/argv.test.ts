// The command of every action that has one, for each systemctl that may have to run it.

import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionName } from '../../src/documents/generated/plan.ts';
import { buildArgv } from '../../src/plan/argv.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { libc, report, unit } from '../support/reports.ts';

const asUser = 'setpriv --reuid=1000 --regid=65534 --clear-groups env XDG_RUNTIME_DIR=/run/user/1000 systemctl --user';
const atHost = 'systemctl --user --machine=1000@.host';

const rows: [action: ActionName, uid: number | null, version: number | null, expected: string | null][] = [
  ['restart', null, 239, 'systemctl try-restart -- a.service'],
  ['reload', null, null, 'systemctl try-reload-or-restart -- a.service'],
  ['signal', null, 252, 'systemctl kill --kill-who=main --signal=HUP -- a.service'],
  ['daemon_reload', null, 247, 'systemctl daemon-reload'],
  ['daemon_reexec', null, 247, 'systemctl daemon-reexec'],
  ['restart', 1000, null, `${atHost} try-restart -- a.service`],
  ['restart', 1000, 248, `${atHost} try-restart -- a.service`],
  ['restart', 1000, 247, `${asUser} try-restart -- a.service`],
  ['reload', 1000, 239, `${asUser} try-reload-or-restart -- a.service`],
  ['signal', 1000, 245, `${asUser} kill --kill-who=main --signal=HUP -- a.service`],
  ['reexec_user_manager', 1000, 257, `${atHost} daemon-reexec`],
  ['reexec_user_manager', 1000, 241, `${asUser} daemon-reexec`],
  ['reexec_user_manager', 0, 241, asUser.replaceAll('1000', '0').concat(' daemon-reexec')],
  ['reboot', null, 252, null],
  ['end_session', null, 252, null],
];
for (const [action, uid, version, expected] of rows) {
  test(`${action}, uid ${uid}, systemd ${version}`, () => {
    const argv = buildArgv(action, { unit: 'a.service', uid, signal: 'HUP' }, version);
    deepEqual(argv?.join(' ') ?? null, expected);
  });
}

for (const [host, expected] of [
  [{ systemd_version: 247 }, 'setpriv'],
  [{ systemd_version: 252 }, 'systemctl'],
  [{ systemd_version: null }, 'systemctl'],
] as const) {
  test(`the report's systemd_version ${host.systemd_version} decides`, () => {
    const user = { uid: 1000, name: null };
    const units = [unit('a.service', [libc], { scope: 'user', user, systemd: null })];
    deepEqual(buildPlan(report({ units, host }), [], '').actions[0]!.argv?.[0], expected);
  });
}

test('a report of an earlier minor does not have it', () => {
  const user = { uid: 1000, name: null };
  const of = report({ units: [unit('a.service', [libc], { scope: 'user', user, systemd: null })] });
  delete of.host.systemd_version;
  deepEqual(buildPlan(of, [], '').actions[0]!.argv, [...atHost.split(' '), 'try-restart', '--', 'a.service']);
});
