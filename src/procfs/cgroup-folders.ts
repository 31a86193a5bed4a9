// A cgroup path -> its folders in our own mounts, and the user who owns the place in which it was made. cgroups(7).

import { lstatSync } from 'node:fs';
import { type Bytes, toBuffer } from './bytes.ts';
import type { MountTable } from './mounts.ts';
import { orNull } from './reader.ts';

/** Mount points of the hierarchies with systemd's units: v2 alone, v2 beside v1, v1 alone. */
const hierarchies = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd'];
const types: readonly (Bytes | undefined)[] = ['cgroup2', 'cgroup'];

/**
 * The folder that the cgroup would have in each mounted hierarchy. It need not exist.
 * @param cgroup path as in systemd's ControlGroup
 * @param mounts the scanner's own
 */
export function cgroupFolders(cgroup: Bytes, mounts: MountTable): Bytes[] {
  const mounted = hierarchies.filter((hierarchy) => types.includes(mounts.of(hierarchy)?.fsType));
  return mounted.map((hierarchy) => `${hierarchy}${cgroup}`);
}

/**
 * The first user but root who owns a folder above this cgroup, and so could choose its name; null if there is none, or if the
 * folders cannot be seen. Only a helper may call it: the owner of a delegated cgroup can keep a reader of its folder waiting.
 * @param mounts the scanner's own
 */
export function readUserAbove(cgroup: Bytes, mounts: MountTable): number | null {
  const parts = cgroup.split('/').filter(Boolean);
  if (parts.includes('..')) return null;
  for (const folder of cgroupFolders('', mounts)) {
    for (let count = 1; count < parts.length; count++) {
      const above = `${folder}/${parts.slice(0, count).join('/')}`;
      const uid = orNull(() => lstatSync(toBuffer(above)).uid);
      if (uid === null) break;
      if (uid !== 0) return uid;
    }
  }
  return null;
}
