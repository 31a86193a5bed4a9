// Large numbers of everything that a local user can make: tens of thousands of processes in one session, files in one process,
// mounts in one namespace. Every stage and format ends in time; a stage that compares each with each does not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Process, Report, Unit } from '../../src/documents/generated/report.ts';
import { parseMountinfo } from '../../src/procfs/mountinfo.ts';
import { MountTable } from '../../src/procfs/mounts.ts';
import { renderEverything } from '../support/every-format.ts';
import { process as affected, facts, file, report, unit } from '../support/reports.ts';

const many = 20_000;
/** Processor time. It takes some seconds here, and minutes or hours if the work grows with the square. */
const deadlineMs = 45_000;

const pids = Array.from({ length: many }, (_, index) => index + 2);
const library = (pid: number) => file('code', `/usr/lib/l${pid}.so`, [pid]);
const ref = ({ name, scope, user }: Unit): Process['unit'] => ({ name, scope, user, source: 'cgroup_v2' });
const named = (pid: number, more: Partial<Process>) =>
  affected(pid, [library(pid)], { name: `n${pid}`, command: [`c${pid}`], ...more });
const deploy = { uid: 1000, name: 'deploy' };

function inOne(name: string, more: Partial<Unit> = {}, process: Partial<Process> = {}): Report {
  const shared = file('code', '/usr/lib/libc.so.6', pids);
  const one = unit(name, [shared, ...pids.map(library)], more);
  return report({ units: [one], processes: pids.map((pid) => named(pid, { unit: ref(one), ...process })) });
}

const shapes: readonly [name: string, make: () => Report][] = [
  ['processes of one unit', () => inOne('a.service')],
  [
    'processes of one session',
    () => inOne('session-7.scope', { slice: 'user-1000.slice' }, { session: { id: '7', user: deploy } }),
  ],
  ['jobs that outlive a restart', () => inOne('cron.service', { systemd: { ...facts, kill_mode: 'process' } })],
  ['processes in no unit', () => report({ processes: pids.map((pid) => named(pid, {})) })],
  [
    'processes of one container',
    () =>
      report({
        processes: pids.map((pid) =>
          named(pid, { container: { runtime: 'docker', id: 'abc', name: null, user: deploy } }),
        ),
      }),
  ],
  [
    'files of one process',
    () =>
      report({
        processes: [
          affected(
            7,
            pids.map((pid) => file(pid % 2 ? 'log' : 'code', `/l${pid}`, [7])),
          ),
        ],
      }),
  ],
  [
    'descriptors of one file',
    () =>
      report({
        processes: [
          affected(
            7,
            pids.map(() => file('log', '/var/log/a', [7])),
          ),
        ],
      }),
  ],
  [
    'units of one user',
    () => {
      const units = pids.map((pid) =>
        unit(`a${pid}.service`, [library(pid)], { scope: 'user', user: deploy, systemd: null }),
      );
      return report({ units, processes: pids.map((pid, index) => named(pid, { unit: ref(units[index]!) })) });
    },
  ],
];

for (const [name, make] of shapes) {
  test(`${many} ${name}`, (t) => {
    const report = make();
    const began = process.cpuUsage();
    const { texts } = renderEverything(report);
    const took = process.cpuUsage(began).user / 1000;
    t.diagnostic(`${Math.round(took)} ms`);
    assert.ok(took < deadlineMs, `${Math.round(took)} ms`);
    assert.ok(texts.text.length > 0);
  });
}

test('100000 mounts, and as many paths below them', (t) => {
  const numbers = Array.from({ length: 100_000 }, (_, index) => index);
  const lines = numbers.map((id) => `${id + 22} 1 0:${id} / /home/u/m/${id} rw,relatime shared:1 - tmpfs none rw`);
  const began = process.cpuUsage();
  const table = new MountTable(parseMountinfo(['1 1 254:1 / / rw - ext4 /dev/vda1 rw', ...lines].join('\n')));
  for (const id of numbers) assert.equal(table.of(`/home/u/m/${id}/x`)?.id, id + 22);
  const took = process.cpuUsage(began).user / 1000;
  t.diagnostic(`${Math.round(took)} ms`);
  assert.ok(took < deadlineMs, `${Math.round(took)} ms`);
});
