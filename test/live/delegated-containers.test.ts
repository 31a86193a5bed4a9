// Containers below a service that chose their names itself, as podman does with --cgroups=split. If the service's control group
// belongs to a user (Delegate= with User=), that user could choose any name, and the report says so.

import assert from 'node:assert/strict';
import { chownSync, copyFileSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { cgroupFolder, unitHierarchies } from '../support/cgroup-folder.ts';
import { processOf, scan, sleepProgram, someLibrary, start, untilMapped, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { until } from '../support/until.ts';

const service = 'system.slice/lib-users-delegated.service';
const id = 'd0c5'.repeat(16);
const uid = 64999;

/** Starts a process in namespaces of its own, in this control group. It maps a library, which is removed then. */
async function startIn(t: TestContext, group: string): Promise<number> {
  const library = join(workFolder(t), 'libheld.so.1');
  copyFileSync(someLibrary(), library);
  const joins = unitHierarchies().map((hierarchy) => `echo $$ > ${hierarchy}/${group}/cgroup.procs`);
  const argv = `env LD_PRELOAD=${library} ${sleepProgram()} 600`;
  const script = [...joins, `exec unshare --pid --fork --kill-child --cgroup -- ${argv}`].join('; ');
  const { pid } = await start(t, ['sh', '-c', script]);
  const children = () => readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  await until(`${pid} has a child`, () => children() !== '');
  const child = Number(children());
  await untilMapped(child, library);
  unlinkSync(library);
  return child;
}

const names = { 'a payload of podman': `libpod-payload-${id}`, 'an id alone': id };
const owners = { "root's": 0, "a user's": uid };

for (const [what, name] of Object.entries(names)) {
  for (const [whose, owner] of Object.entries(owners)) {
    test(`${what} below a service whose control group is ${whose}`, async (t) => {
      if (!needs(t, 'cgroups', 'cgroup namespace', 'PID namespace')) return;
      const group = `${service}/${name}`;
      cgroupFolder(t, group);
      for (const hierarchy of unitHierarchies()) chownSync(join(hierarchy, service), owner, owner);
      const child = await startIn(t, group);
      const { unit, container } = processOf(scan(), child) ?? {};
      assert.equal(unit, null);
      assert.equal(container?.cgroup, `/${group}`);
      assert.deepEqual(container?.user, owner === 0 ? null : { uid: owner, name: null });
    });
  }
}
