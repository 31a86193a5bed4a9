// Processes of a login session with their own PID and cgroup namespace. A sandbox over this host's files belongs to the session,
// a container with files of its own does not. Made with unshare(1), as bubblewrap and podman make them.

import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { cgroupFolder, unitHierarchies } from '../support/cgroup-folder.ts';
import { processOf, scan, sleepProgram, someLibrary, start, untilMapped, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { until } from '../support/until.ts';

const session = 'user.slice/user-64999.slice/session-9.scope';
const namespaces = ['--pid', '--fork', '--kill-child', '--cgroup', '--mount', '--propagation', 'private'];

/** Bodies of a shell script that build the new root in an empty folder, `$root`. */
const roots: Record<string, { script: string; isContainer: boolean }> = {
  "this host's own": { script: 'exec "$@"', isContainer: false },
  'an empty tmpfs into which folders of this host are bound': {
    script: 'mount -t tmpfs none "$root"; enter "$@"',
    isContainer: false,
  },
  'a folder of its own': { script: 'mount --bind "$root" "$root"; enter "$@"', isContainer: true },
};
const enter = `
enter() {
  for folder in $(ls /); do
    [ ! -L "/$folder" ] || { cp -P "/$folder" "$root/"; continue; }
    [ -d "/$folder" ] || continue
    mkdir "$root/$folder"
    case "$folder" in proc|sys) mount --rbind "/$folder" "$root/$folder";; *) mount --bind "/$folder" "$root/$folder";; esac
  done
  cd "$root"; mkdir old; pivot_root . old; umount -l /old
  exec "$@"
}`;

/** Starts a process in a session's cgroup. It maps a library, which is removed then. */
async function startIn(t: TestContext, script: string): Promise<number> {
  const cgroup = cgroupFolder(t, session);
  const folder = workFolder(t);
  const library = join(folder, 'libheld.so.1');
  copyFileSync(someLibrary(), library);
  const program = `set -e; root=${folder}/root; mkdir $root; ${enter}\n${script}`;
  const argv = ['env', `LD_PRELOAD=${library}`, sleepProgram(), '600'];
  // The shell joins the cgroup first, because the namespace that unshare makes begins there.
  const joined = unitHierarchies().map((hierarchy) => `echo $$ > ${hierarchy}/${session}/cgroup.procs`);
  const outer = `${joined.join('; ')}; exec unshare ${namespaces.join(' ')} -- sh -c '${program}' sh ${argv.join(' ')}`;
  const { pid } = await start(t, ['sh', '-c', outer]);
  const child = await untilChild(pid);
  await untilMapped(child, library);
  unlinkSync(library);
  void cgroup;
  return child;
}

async function untilChild(pid: number): Promise<number> {
  const children = () => readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  await until(`${pid} has a child`, () => children() !== '');
  return Number(children());
}

for (const [what, { script, isContainer }] of Object.entries(roots)) {
  test(`in a session, with namespaces of its own and as its root ${what}`, async (t) => {
    if (!needs(t, 'cgroups', 'cgroup namespace', 'PID namespace', 'mounts')) return;
    const pid = await startIn(t, script);
    const found = processOf(scan(), pid);
    assert.ok(found);
    if (isContainer) {
      assert.deepEqual([found.unit, found.session], [null, null]);
      const user = { uid: 64999, name: null };
      assert.deepEqual(found.container, { runtime: 'unknown', id: null, name: null, user, cgroup: `/${session}` });
    } else {
      assert.deepEqual([found.unit?.name, found.session?.id, found.container], ['session-9.scope', '9', null]);
    }
  });
}
