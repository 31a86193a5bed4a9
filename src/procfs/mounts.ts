// The mounts that a process's paths lead over: which of them may be looked at without hanging or reaching out.

import type { Bytes } from './bytes.ts';
import { isLocalMount } from './layers.ts';
import type { Mount } from './mountinfo.ts';

/** A tree of the mount points' components: a namespace may hold a hundred thousand mounts, and a process as many paths. */
interface Point {
  /** Of several mounts on one point the last listed is on top. */
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

  /** @param judge whether a mount is local; without it this is the table of our own namespace */
  constructor(mounts: readonly Mount[], judge?: (mount: Mount) => boolean) {
    for (const mount of mounts) this.#place(mount);
    this.#mounts = mounts;
    this.#byId = new Map(mounts.map((mount) => [mount.id, mount]));
    this.#judge = judge ?? ((mount) => isLocalMount(mount, { roots: [this], ours: this }));
  }

  /** Whether a mount of the table was on a local file system when the table was read; see Pins for whether it still is. */
  isLocal(mount: Mount): boolean {
    const known = this.#local.get(mount) ?? this.#judge(mount);
    this.#local.set(mount, known);
    return known;
  }

  byId(id: number): Mount | null {
    return this.#byId.get(id) ?? null;
  }

  /** The mount that the path is on, or null where no mount of the table holds it. */
  of(path: Bytes): Mount | null {
    return this.onTheWay(path).at(-1) ?? null;
  }

  /** Whether a walk from the root to the path stays on local file systems all the way. */
  isLocalWalk(path: Bytes): boolean {
    const way = this.onTheWay(path);
    return way[0]?.mountPoint === '/' && way.every((mount) => this.isLocal(mount));
  }

  /** Whether a device is that of a local mount: files on a lazily unmounted file system are on none. */
  isLocalDevice(device: string): boolean {
    this.#localDevices ??= this.#findLocalDevices();
    return this.#localDevices.has(device);
  }

  /** All mounts of a file system. */
  allOf(device: string): Mount[] {
    return this.#mounts.filter((mount) => mount.device === device);
  }

  /** The mount that a path is on if the mounts of a file system are left out, as they were when it was not yet mounted. */
  under(path: Bytes, device: string): Mount | null {
    const way = this.#pointsTo(path).flatMap(({ mounts }) => mounts.findLast((mount) => mount.device !== device) ?? []);
    return way.at(-1) ?? null;
  }

  /** Every mount that a walk to `path` passes, the last one being the one that `path` is on. */
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
   * only: those on a mount whose root lost its name.
   * @param device of the file system, major:minor in hexadecimal
   * @param inside the file's path in that file system
   */
  pathsOf(device: string, inside: Bytes): Bytes[] {
    return this.#mounts
      .filter((mount) => mount.device === device && !mount.rootGone)
      .sort((a, b) => a.mountPoint.length - b.mountPoint.length)
      .flatMap((mount) => {
        const rest = pathBelow(mount.root, inside);
        if (rest === null) return [];
        const path = mount.mountPoint === '/' ? rest || '/' : mount.mountPoint + rest;
        // Another mount may cover that place.
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

/** What is left of a path below a folder: '' for the folder itself, else with a leading slash. null if it is not below. */
export function pathBelow(folder: Bytes, path: Bytes): Bytes | null {
  const prefix = folder === '/' ? '' : folder;
  if (path === folder) return '';
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : null;
}
