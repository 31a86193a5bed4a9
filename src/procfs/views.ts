// One view for all processes that see the same file system: same mount namespace, same root.

import { parseMountinfo } from './mountinfo.ts';
import { MountTable } from './mounts.ts';
import type { OpenProcess } from './process.ts';
import { orNull, readLink } from './reader.ts';
import { readOwnMounts, View } from './view.ts';

export class Views {
  readonly #views = new Map<string, View>();
  readonly #ownNamespace = orNull(() => readLink('/proc/self/ns/mnt'));
  /** The scanner's own mounts. */
  readonly ownMounts: MountTable = readOwnMounts();

  /** The view of a process. Where its root or namespace cannot be read, every look in it is `unknown`. */
  of(process: OpenProcess): View {
    const root = process.readRoot();
    const namespace = process.readMountNamespace();
    const key = `${namespace} ${root}`;
    const known = root === null || namespace === null ? undefined : this.#views.get(key);
    if (known) return known;
    // The mountinfo of a chrooted process leaves out the mount that its root is on; where it shares our namespace ours has it.
    const wholePaths = root !== null && root !== '/' && namespace !== null && namespace === this.#ownNamespace;
    const mounts = wholePaths ? this.ownMounts : new MountTable(parseMountinfo(process.readMountinfo() ?? ''));
    const view = new View(process.rootPath, root ?? '(unreadable)', mounts, wholePaths);
    this.#views.set(root === null || namespace === null ? `${key} ${this.#views.size}` : key, view);
    return view;
  }

  close(): void {
    for (const view of this.#views.values()) view.close();
    this.#views.clear();
  }
}
