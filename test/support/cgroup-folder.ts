// Control groups of a test's own, in every hierarchy where systemd might keep its units, emptied and removed with the test.

import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** The mount points of the hierarchies that tell units, of this host: v2 and the named v1. */
export function unitHierarchies(): string[] {
  return [
    ...readFileSync('/proc/self/mountinfo', 'utf8').matchAll(/^\S+ \S+ \S+ \/ (\S+) .* - (cgroup2?) \S+ (\S+)$/gm),
  ]
    .filter(([, , type, options]) => type === 'cgroup2' || options?.includes('name=systemd'))
    .map(([, point]) => point as string);
}

/** Moves a process into `path` of every such hierarchy. Ask for it before the process is started: it goes away after it. */
export function cgroupFolder(t: TestContext, path: string): { enter(pid: number): void; freeze(): boolean } {
  const made: string[] = [];
  t.after(() => {
    for (const folder of made.reverse()) {
      for (const pid of readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)) {
        writeFileSync(join(folder, '../cgroup.procs'), pid);
      }
      rmdirSync(folder);
    }
  });
  const targets = unitHierarchies().map((hierarchy) => {
    let folder = hierarchy;
    for (const name of path.split('/').filter(Boolean)) {
      folder = join(folder, name);
      if (existsSync(folder)) continue;
      mkdirSync(folder);
      made.push(folder);
    }
    return folder;
  });
  return {
    enter: (pid) => targets.forEach((folder) => void writeFileSync(join(folder, 'cgroup.procs'), String(pid))),
    // cgroup v2 alone can; who leaves the folder runs again.
    freeze: () => {
      const files = targets.map((folder) => join(folder, 'cgroup.freeze')).filter((file) => existsSync(file));
      for (const file of files) writeFileSync(file, '1');
      return files.length > 0;
    },
  };
}
