// Delegated control groups whose owner gives them the names of other units: the walk from the root is not misled.
// The systemctl on PATH answers only for the unit of the test.
import assert from 'node:assert/strict';
import { unlinkSync } from 'node:fs';
import { test } from 'node:test';
import { cgroupFolder } from '../support/cgroup-folder.ts';
import { startCreature } from '../support/hostile.ts';
import { processOf, scan } from '../support/live.ts';
import { needs } from '../support/needs.ts';

const id = `${'d0c'.repeat(21)}d`;
const below = 'system.slice/lib-users-zoo.service';
const unit = { name: 'lib-users-zoo.service', scope: 'system', user: null };
const user = 'user.slice/user-64999.slice/user@64999.service/app.slice';

interface Case {
  path: string;
  unit: { name: string; scope: string; user: { uid: number; name: null } | null } | null;
  container?: { runtime: string; id: string; name: null; user: { uid: number; name: null }; cgroup: string } | null;
}

const owner = { uid: 64999, name: null };
const cases: Record<string, Case> = {
  'a login session': { path: `${below}/session-1.scope`, unit },
  'a login session in its slice': { path: `${below}/user.slice/user-0.slice/session-1.scope`, unit },
  "root's user manager": { path: `${below}/user@0.service/init.scope`, unit },
  'the init scope': { path: `${below}/init.scope`, unit },
  'a service of the system': { path: `${below}/system.slice/ssh.service`, unit },
  'a container': { path: `${below}/docker-${id}.scope`, unit },
  'a guest': { path: `${below}/machine.slice/machine-a.scope`, unit },
  'an escape out of the tree': { path: `${below}/..session-1.scope/_ssh.service`, unit },
  'a mark of the kernel': { path: `${below}/session-1.scope (deleted)`, unit },
  "a user's unit named like the system's": {
    path: `${user}/ssh.service/session-1.scope`,
    unit: { name: 'ssh.service', scope: 'user', user: owner },
  },
  "a user's container, which is the user's own word": {
    path: `${user}/docker-${id}.scope`,
    unit: null,
    container: { runtime: 'docker', id, name: null, user: owner, cgroup: `/${user}/docker-${id}.scope` },
  },
};

for (const [what, { path, unit, container = null }] of Object.entries(cases)) {
  test(`a subtree named like ${what}`, async (t) => {
    if (!needs(t, 'python3', 'cgroups')) return;
    const cgroup = cgroupFolder(t, path);
    const { child, library } = await startCreature(t, 'plain');
    cgroup.enter(child.pid);
    unlinkSync(library);
    const found = processOf(scan('--no-systemctl'), child.pid);
    const { source: _, ...named } = found?.unit ?? { source: null };
    assert.deepEqual(found?.unit ? named : null, unit);
    assert.deepEqual(found?.container, container);
    assert.equal(found?.session, null);
  });
}
