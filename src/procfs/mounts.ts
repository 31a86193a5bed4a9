// The mounts of a namespace -> the mounts that a path leads over, and whether all of them can be looked at without a hang.

import type { Bytes } from './bytes.ts';
import { isLocalMount } from './layers.ts';
import type { Mount } from './mountinfo.ts';

/** A node in a tree of path components: a namespace may have a hundred thousand mounts, and a process as many paths. */
interface Point {
  /** If several mounts are on one point, the last one listed is on top. */
  mounts: Mount[];
  below: Map<Bytes, Point>;
}

export class MountTable {
  readonly #root: Point = { mounts: [], below: new Map() };
  readonly #mounts: readonly Mount[];
  readonly #byId: ReadonlyMap<number, Mount>;
  readonly #judge: (mount: Mount) => boolean;
  readonly #local = new Map<Mount, boolean>();
  #localDevices: ReadonlySet<string> | null = null;

  /** @param judge decides whether a mount is local; without it the table is that of our own namespace */
  constructor(mounts: readonly Mount[], judge?: (mount: Mount) => boolean) {
    for (const mount of mounts) this.#place(mount);
    this.#mounts = mounts;
    this.#byId = new Map(mounts.map((mount) => [mount.id, mount]));
    this.#judge = judge ?? ((mount) => isLocalMount(mount, { roots: [this], ours: this }));
  }

  /** Whether the mount was on a local file system when the table was read; Pins knows whether it still is. */
  isLocal(mount: Mount): boolean {
    const known = this.#local.get(mount) ?? this.#judge(mount);
    this.#local.set(mount, known);
    return known;
  }

  byId(id: number): Mount | null {
    return this.#byId.get(id) ?? null;
  }

  /** The mount that the path is on; null if no mount of the table has the path. */
  of(path: Bytes): Mount | null {
    return this.onTheWay(path).at(-1) ?? null;
  }

  /** Whether a walk from the root to the path stays on local file systems all the way. */
  isLocalWalk(path: Bytes): boolean {
    const way = this.onTheWay(path);
    return way[0]?.mountPoint === '/' && way.every((mount) => this.isLocal(mount));
  }

  /** Whether a local mount has this device. A lazily unmounted file system is in no table, so its device is not local. */
  isLocalDevice(device: string): boolean {
    this.#localDevices ??= this.#findLocalDevices();
    return this.#localDevices.has(device);
  }

  /** All mounts of one file system. */
  allOf(device: string): Mount[] {
    return this.#mounts.filter((mount) => mount.device === device);
  }

  /** The mount under `path` if all mounts of the file system `device` are left out, as before it was mounted. */
  under(path: Bytes, device: string): Mount | null {
    const way = this.#pointsTo(path).flatMap(({ mounts }) => mounts.findLast((mount) => mount.device !== device) ?? []);
    return way.at(-1) ?? null;
  }

  /** All mounts that a walk to `path` passes. `path` itself is on the last one. */
  onTheWay(path: Bytes): Mount[] {
    const way: Mount[] = [];
    for (const { mounts } of this.#pointsTo(path)) {
      const top = mounts.at(-1);
      if (top !== undefined) way.push(top);
    }
    return way;
  }

  #pointsTo(path: Bytes): Point[] {
    const way: Point[] = [];
    let point: Point | undefined = path.startsWith('/') ? this.#root : undefined;
    for (let start = 1; point !== undefined; ) {
      way.push(point);
      if (start > path.length) break;
      const slash = path.indexOf('/', start);
      const end = slash === -1 ? path.length : slash;
      point = point.below.get(path.slice(start, end));
      start = end + 1;
    }
    return way;
  }

  /**
   * The paths at which this table shows a file of a file system, shortest mount point first. A table is searched for few files
   * only, those on a mount whose root lost its name.
   * @param device the file system, as major:minor in hexadecimal
   * @param inside the file's path inside that file system
   */
  pathsOf(device: string, inside: Bytes): Bytes[] {
    return this.#mounts
      .filter((mount) => mount.device === device && !mount.rootGone)
      .sort((a, b) => a.mountPoint.length - b.mountPoint.length)
      .flatMap((mount) => {
        const rest = pathBelow(mount.root, inside);
        if (rest === null) return [];
        const path = mount.mountPoint === '/' ? rest || '/' : mount.mountPoint + rest;
        // Another mount may cover that path.
        return this.of(path) === mount ? [path] : [];
      });
  }

  #place(mount: Mount): void {
    let point = this.#root;
    for (const component of mount.mountPoint.split('/').filter((name) => name !== '')) {
      const next = point.below.get(component) ?? { mounts: [], below: new Map() };
      point.below.set(component, next);
      point = next;
    }
    point.mounts.push(mount);
  }

  #findLocalDevices(): ReadonlySet<string> {
    const remote = new Set(this.#mounts.filter((mount) => !this.isLocal(mount)).map((mount) => mount.device));
    return new Set(this.#mounts.map((mount) => mount.device).filter((device) => !remote.has(device)));
  }
}

/** The part of `path` below `folder`: '' for the folder itself, else with a leading slash. null if `path` is not below it. */
export function pathBelow(folder: Bytes, path: Bytes): Bytes | null {
  const prefix = folder === '/' ? '' : folder;
  if (path === folder) return '';
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : null;
}
