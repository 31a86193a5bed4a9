// The mounts that a process's paths lead over: which of them may be looked at without hanging or reaching out.

import type { Bytes } from './bytes.ts';
import { isLocal } from './file-systems.ts';
import { type Mount, mountsOnTheWay } from './mountinfo.ts';

export class MountTable {
  readonly #mounts: readonly Mount[];
  readonly #byId: ReadonlyMap<number, Mount>;
  readonly #localDevices: ReadonlySet<string>;

  constructor(mounts: readonly Mount[]) {
    this.#mounts = mounts;
    this.#byId = new Map(mounts.map((mount) => [mount.id, mount]));
    const remote = new Set(mounts.filter((mount) => !isLocal(mount.fsType)).map((mount) => mount.device));
    this.#localDevices = new Set(mounts.map((mount) => mount.device).filter((device) => !remote.has(device)));
  }

  /** Whether a mount is one of the table and on a local file system. */
  readonly isLocalId = (id: number): boolean => isLocal(this.byId(id)?.fsType ?? '');

  byId(id: number): Mount | null {
    return this.#byId.get(id) ?? null;
  }

  /** The mount that the path is on, or null where no mount of the table holds it. */
  of(path: Bytes): Mount | null {
    return mountsOnTheWay(this.#mounts, path).at(-1) ?? null;
  }

  /** Whether a walk from the root to the path stays on local file systems all the way. */
  isLocalWalk(path: Bytes): boolean {
    const way = mountsOnTheWay(this.#mounts, path);
    return way[0]?.mountPoint === '/' && way.every((mount) => isLocal(mount.fsType));
  }

  /** Whether a device is that of a local mount: files on a lazily unmounted file system are on none. */
  isLocalDevice(device: string): boolean {
    return this.#localDevices.has(device);
  }
}
