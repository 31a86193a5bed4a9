// Control groups that belong to one test, in every hierarchy that may have systemd's units; emptied and removed with the test.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';

/** The mount points of this host's hierarchies that may have units: v2 and the named v1. */
export function unitHierarchies(): string[] {
  return [
    ...readFileSync('/proc/self/mountinfo', 'utf8').matchAll(/^\S+ \S+ \S+ \/ (\S+) .* - (cgroup2?) \S+ (\S+)$/gm),
  ]
    .filter(([, , type, options]) => type === 'cgroup2' || options?.includes('name=systemd'))
    .map(([, point]) => point as string);
}

/** Moves a process into `path` of every such hierarchy. Call this before the process is started, so that the group outlives it. */
export function cgroupFolder(t: TestContext, path: string): { enter(pid: number): void; freeze(): boolean } {
  const made: string[] = [];
  t.after(() => {
    for (const folder of made.reverse()) {
      for (const pid of readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)) {
        writeFileSync(join(folder, '../cgroup.procs'), pid);
      }
      removeUnlessShared(folder);
    }
  });
  const targets = unitHierarchies().map((hierarchy) => {
    let folder = hierarchy;
    for (const name of path.split('/').filter(Boolean)) {
      folder = join(folder, name);
      if (makeUnlessThere(folder)) made.push(folder);
    }
    return folder;
  });
  return {
    enter: (pid) => targets.forEach((folder) => void writeFileSync(join(folder, 'cgroup.procs'), String(pid))),
    // Only cgroup v2 can freeze; a process that leaves the folder runs again.
    freeze: () => {
      const files = targets.map((folder) => join(folder, 'cgroup.freeze')).filter((file) => existsSync(file));
      for (const file of files) writeFileSync(file, '1');
      return files.length > 0;
    },
  };
}

// Tests that run at the same time share the upper folders, such as system.slice: whoever comes first makes them.
function makeUnlessThere(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'ENOENT') throw error;
    // Another test has just removed the folder above.
    makeUnlessThere(dirname(folder));
    return makeUnlessThere(folder);
  }
}

function removeUnlessShared(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    const holdsFolders = readdirSync(folder, { withFileTypes: true }).some((entry) => entry.isDirectory());
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || !holdsFolders) throw error;
  }
}
