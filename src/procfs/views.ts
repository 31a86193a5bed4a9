// One view for all processes that see the same file system: same mount namespace, same root.

import { parseMountinfo } from './mountinfo.ts';
import { MountTable } from './mounts.ts';
import type { OpenProcess } from './process.ts';
import { orNull, readBytes, readLink } from './reader.ts';
import { View } from './view.ts';

/** A view holds two descriptors at most, and a host may have thousands of sandboxes: past this many the oldest is closed. */
const mostViews = 100;

/** The key of a view that is one process's alone. */
const passing = 'passing';

export class Views {
  readonly #views = new Map<string, View>();
  readonly #ownNamespace = orNull(() => readLink('/proc/self/ns/mnt'));
  /** The scanner's own mounts. */
  readonly ownMounts = new MountTable(parseMountinfo(orNull(() => readBytes('/proc/self/mountinfo')) ?? ''));

  /**
   * The view of a process, good until the next call. Where its root or namespace cannot be read every look in it is
   * `unknown`; where the process ends or changes them meanwhile, the view is no answer for the next process.
   */
  of(process: OpenProcess): View {
    const root = process.readRoot();
    const namespace = process.readMountNamespace();
    const key = `${namespace} ${root}`;
    const known = this.#views.get(key);
    if (known) return known;
    // The mountinfo of a chrooted process leaves out the mount that its root is on; where it shares our namespace ours has it.
    const wholePaths = root !== null && root !== '/' && namespace !== null && namespace === this.#ownNamespace;
    const mounts = wholePaths ? this.ownMounts : new MountTable(parseMountinfo(process.readMountinfo() ?? ''));
    const view = new View(process.rootPath, root ?? '(unreadable)', mounts, wholePaths);
    // Never of what could not be read: null is no link's text.
    const isShared = view.isSettled && process.stillSees(root, namespace);
    this.#forget(passing);
    const [oldest] = this.#views.keys();
    if (oldest !== undefined && this.#views.size >= mostViews) this.#forget(oldest);
    this.#views.set(isShared ? key : passing, view);
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
