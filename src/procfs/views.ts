// One view for all processes that see the same file system: same mount namespace, same root.

import { parseMountinfo } from './mountinfo.ts';
import { MountTable } from './mounts.ts';
import type { OpenProcess } from './process.ts';
import { orNull, readBytes, readLink } from './reader.ts';
import { View } from './view.ts';

/** A view holds two descriptors at most, and a host may have thousands of sandboxes: past this many the oldest is closed. */
const mostViews = 100;

export class Views {
  readonly #views = new Map<string, View>();
  readonly #ownNamespace = orNull(() => readLink('/proc/self/ns/mnt'));
  /** The scanner's own mounts. */
  readonly ownMounts = new MountTable(parseMountinfo(orNull(() => readBytes('/proc/self/mountinfo')) ?? ''));

  /**
   * The view of a process, good until the next call. Where its root or namespace cannot be read, every look in it is
   * `unknown`.
   */
  of(process: OpenProcess): View {
    const root = process.readRoot();
    const namespace = process.readMountNamespace();
    const key = root === null || namespace === null ? 'unreadable' : `${namespace} ${root}`;
    const known = key === 'unreadable' ? undefined : this.#views.get(key);
    if (known) return known;
    // The mountinfo of a chrooted process leaves out the mount that its root is on; where it shares our namespace ours has it.
    const wholePaths = root !== null && root !== '/' && namespace !== null && namespace === this.#ownNamespace;
    const mounts = wholePaths ? this.ownMounts : new MountTable(parseMountinfo(process.readMountinfo() ?? ''));
    const view = new View(process.rootPath, root ?? '(unreadable)', mounts, wholePaths);
    this.#forget(key);
    const [oldest] = this.#views.keys();
    if (oldest !== undefined && this.#views.size >= mostViews) this.#forget(oldest);
    this.#views.set(key, view);
    return view;
  }

  close(): void {
    for (const key of [...this.#views.keys()]) this.#forget(key);
  }

  #forget(key: string): void {
    this.#views.get(key)?.close();
    this.#views.delete(key);
  }
}
