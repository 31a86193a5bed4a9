// One view for all processes that see the same file system: same mount namespace, same root.

import { parseMountinfo } from './mountinfo.ts';
import { MountTable } from './mounts.ts';
import { OpenProcess } from './process.ts';
import { orNull, readBytes, readLink, readNumbers } from './reader.ts';
import { View } from './view.ts';

/** A view holds two descriptors at most, and a host may have thousands of sandboxes: past this many the oldest is closed. */
const mostViews = 100;

/** Key for a view that must not be shared; it is replaced by the next one. */
const passing = 'passing';

export class Views {
  readonly #views = new Map<string, View>();
  readonly #ownNamespace = orNull(() => readLink('/proc/self/ns/mnt'));
  /** The scanner's own mounts. */
  readonly ownMounts = new MountTable(parseMountinfo(orNull(() => readBytes('/proc/self/mountinfo')) ?? ''));
  #own: View | null = null;
  /** A process at the root of each mount namespace, by the namespace; null until it is asked for. */
  #rooted: ReadonlyMap<string, number> | null = null;

  /** The scanner's own view. */
  get own(): View {
    this.#own ??= new View('/proc/self/root', '/', this.ownMounts, false);
    return this.#own;
  }

  /**
   * The view of a process, good until the next call of this method. If its root or namespace cannot be read every look in it
   * is `unknown`; if the process ends or changes them meanwhile, the view is no answer for the next process.
   */
  of(process: OpenProcess): View {
    const root = process.readRoot();
    const namespace = process.readMountNamespace();
    const key = `${namespace} ${root}`;
    const known = this.#known(key);
    if (known) return known;
    // The mountinfo of a chrooted process leaves out the mount that its root is on; if it shares our namespace ours has it.
    const wholePaths = root !== null && root !== '/' && namespace !== null && namespace === this.#ownNamespace;
    const mounts = wholePaths ? this.ownMounts : new MountTable(parseMountinfo(process.readMountinfo() ?? ''));
    const view = new View(process.rootPath, root ?? '(unreadable)', mounts, wholePaths);
    // isSettled is false if the links could not be read, so such a view is never shared.
    const isShared = view.isSettled && process.stillSees(root, namespace);
    this.#forget(passing);
    this.#keep(isShared ? key : passing, view);
    return view;
  }

  /**
   * The view of a chrooted process's whole mount namespace: the kernel prints a path outside of the process's root from there.
   * null if the process is not chrooted, or no process at the root of its namespace can be read.
   */
  around(process: OpenProcess): View | null {
    const [root, namespace] = [process.readRoot(), process.readMountNamespace()];
    if (root === null || root === '/' || namespace === null) return null;
    if (namespace === this.#ownNamespace) return this.own;
    const known = this.#known(`${namespace} /`);
    if (known) return known;
    // A daemon chroots its workers: the parent is the likely one.
    const parent = orNull(() => process.readStat().ppid);
    return (
      this.#viewFrom(parent, namespace, process) ??
      this.#viewFrom(this.#rootedIn(namespace, process), namespace, process)
    );
  }

  close(): void {
    for (const key of [...this.#views.keys()]) this.#forget(key);
    this.#own?.close();
    this.#own = null;
  }

  /** The view of a process that is at the root of a namespace; null if it is not, or cannot be read. */
  #viewFrom(pid: number | null, namespace: string, { procPath }: OpenProcess): View | null {
    if (pid === null || pid === 0) return null;
    const sibling = orNull(() => new OpenProcess(procPath, pid));
    if (sibling === null) return null;
    try {
      if (sibling.readRoot() !== '/' || sibling.readMountNamespace() !== namespace) return null;
      const mounts = new MountTable(parseMountinfo(sibling.readMountinfo() ?? ''));
      const view = new View(sibling.rootPath, '/', mounts, false);
      if (view.isSettled && sibling.stillSees('/', namespace)) {
        this.#keep(`${namespace} /`, view);
        return view;
      }
      view.close();
      return null;
    } finally {
      sibling.close();
    }
  }

  #rootedIn(namespace: string, { procPath }: OpenProcess): number | null {
    this.#rooted ??= new Map(
      readNumbers(procPath).flatMap((pid): [string, number][] => {
        const links = orNull(
          () => [readLink(`${procPath}/${pid}/root`), readLink(`${procPath}/${pid}/ns/mnt`)] as const,
        );
        return links !== null && links[0] === '/' ? [[links[1], pid]] : [];
      }),
    );
    return this.#rooted.get(namespace) ?? null;
  }

  /** A view that is used moves to the end, so that the one that is closed is the one unused for longest. */
  #known(key: string): View | null {
    const view = this.#views.get(key);
    if (view === undefined) return null;
    this.#views.delete(key);
    this.#views.set(key, view);
    return view;
  }

  #keep(key: string, view: View): void {
    const [oldest] = this.#views.keys();
    if (oldest !== undefined && this.#views.size >= mostViews) this.#forget(oldest);
    this.#views.set(key, view);
  }

  #forget(key: string): void {
    this.#views.get(key)?.close();
    this.#views.delete(key);
  }
}
