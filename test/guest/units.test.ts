// Which unit, slice and session a process belongs to: for every process of a booted guest the same as systemd's own answers.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseCgroup } from '../../src/procfs/cgroup.ts';
import type { Namespaces } from '../../src/procfs/self.ts';
import { attributeProcess } from '../../src/systemd/attribute.ts';
import type { Attribution } from '../../src/systemd/attribution.ts';
import { projectRoot } from '../support/project.ts';
import { skip } from '../support/skip.ts';
import { expected, startZoo } from './attribution-processes.ts';
import { guestObstacle, layouts, releases } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';

/** The answer of systemd-answers.py for a process. */
interface Answers {
  pid: number;
  command: string;
  cgroup: string;
  namespaces: Namespaces;
  managerUnit: string | null;
  unit: string | null;
  userUnit: string | null;
  slice: string | null;
  userSlice: string | null;
  session: string | null;
  ownerUid: number | null;
}

for (const release of releases) {
  for (const cgroup of layouts) {
    test(`units: ${release}, ${cgroup}`, async (t) => {
      const obstacle = guestObstacle(cgroup);
      if (obstacle !== null) return skip(t, obstacle);
      const guest = await bootGuest(t, { release, cgroup });
      await startZoo(guest);
      const script = readFileSync(join(projectRoot, 'test/guest/systemd-answers.py'), 'utf8');
      const processes: Answers[] = JSON.parse((await guest.exec(['python3', '-c', script])).stdout);
      const reference = processes.find(({ pid }) => pid === 1)?.namespaces;
      assert.ok(reference);
      const attributed = processes.map((answers) => ({
        answers,
        ours: attributeProcess(parseCgroup(answers.cgroup), answers.namespaces, reference),
      }));

      for (const { answers, ours } of attributed) await compare(guest, answers, ours);
      for (const [seconds, { unit, scope = 'system', session, container }] of Object.entries(expected)) {
        const found = attributed.find(({ answers }) => new RegExp(`^(.*/)?sleep ${seconds}$`).test(answers.command));
        assert.ok(found, `sleep ${seconds}`);
        const { ours, answers } = found;
        const name = session ? `session-${answers.session}.scope` : unit;
        assert.equal(ours.unit?.name ?? null, name, `sleep ${seconds}`);
        if (name !== null) assert.equal(ours.unit?.scope, scope, `sleep ${seconds}`);
        assert.equal(ours.session?.id, session ? (answers.session ?? '') : undefined, `sleep ${seconds}`);
        assert.equal(ours.container?.runtime, container, `sleep ${seconds}`);
      }
      const own = attributed.find(({ answers }) => answers.pid === 1);
      assert.deepEqual([own?.ours.unit?.name, own?.ours.slice], ['init.scope', null]);
      assert.ok(attributed.some(({ ours }) => ours.unit?.name === 'user@1000.service'));
      assert.ok(attributed.some(({ ours }) => ours.unit?.name === 'apache2.service'));
    });
  }
}

/** A user manager's own init.scope is no unit to us but the manager's. A container has no unit, systemd keeps it in one. */
async function compare(guest: Guest, answers: Answers, ours: Attribution): Promise<void> {
  const { pid, command, managerUnit, userUnit, ownerUid } = answers;
  const of = `${pid} ${command}\n${answers.cgroup}`;
  if (ours.container !== null) {
    assert.match(answers.unit ?? '', new RegExp(`^docker-${ours.container.id}\\.scope$`), of);
    return;
  }
  assert.equal(managerUnit, answers.unit, `the manager, libsystemd: ${of}`);
  if (userUnit === null || userUnit === 'init.scope') {
    assert.equal(ours.unit?.name ?? null, managerUnit, of);
    assert.equal(ours.slice ?? '-.slice', answers.slice ?? '-.slice', of);
    if (ours.unit) assert.equal(ours.unit.scope, 'system', of);
  } else {
    assert.equal(managerUnit, `user@${ownerUid}.service`, of);
    assert.deepEqual([ours.unit?.name, ours.unit?.scope, ours.unit?.uid], [userUnit, 'user', ownerUid], of);
    assert.equal(ours.slice ?? '-.slice', answers.userSlice, of);
    assert.equal(await userManagerUnit(guest, ownerUid ?? -1, pid), userUnit, of);
  }
  // libsystemd takes any session-N.scope for a session; we take only those that logind makes.
  const session = /^user-[0-9]+\.slice$/.test(answers.slice ?? '') ? answers.session : null;
  assert.equal(ours.session?.id ?? null, session, of);
  if (ours.session) assert.equal(ours.session.uid, ownerUid, of);
}

async function userManagerUnit(guest: Guest, uid: number, pid: number): Promise<string> {
  const manager = ['org.freedesktop.systemd1', '/org/freedesktop/systemd1', 'org.freedesktop.systemd1.Manager'];
  const call = ['call', ...manager, 'GetUnitByPID', 'u', String(pid)];
  const { stdout } = await guest.exec(['busctl', '--user', `--machine=${uid}@.host`, ...call]);
  const label = /([^/]+)"\s*$/.exec(stdout)?.[1] ?? '';
  return label.replace(/_([0-9a-f]{2})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
}
