// Processes -> one view for all that see the same file system: same mount namespace, same root.

import { closeSync, constants, openSync } from 'node:fs';
import type { Bytes } from './bytes.ts';
import { isLayered } from './file-systems.ts';
import { isLocalMount } from './layers.ts';
import { LiveMounts, Pins } from './live-mounts.ts';
import type { Mount } from './mountinfo.ts';
import type { MountTable } from './mounts.ts';
import { OpenProcess } from './process.ts';
import { orNull, readLink, readNumbers } from './reader.ts';
import { View } from './view.ts';

/** A view holds at most three descriptors, and a host may have thousands of sandboxes. With more views than this the oldest is closed. */
const mostViews = 100;

/** Key for a view that must not be shared; it is replaced by the next one. */
const passing = 'passing';

export class Views {
  readonly #views = new Map<string, View>();
  readonly #ownNamespace = orNull(() => readLink('/proc/self/ns/mnt'));
  readonly #ownUsers = orNull(() => readLink('/proc/self/ns/user'));
  readonly #pins = new Pins();
  readonly #ownLive = this.#liveMounts(openToRead('/proc/self/mountinfo'), true, Number.POSITIVE_INFINITY);
  /** The mounts of PID 1, if it sees others than we do (we are in a container); undefined until they are needed. */
  #initLive: LiveMounts | null | undefined;
  #own: View | null = null;
  /** The process that of() was called for last, and what it saw there. */
  #last: { process: OpenProcess; root: Bytes | null; namespace: Bytes | null } | null = null;
  /** For each mount namespace, a process that is at its root; null until it is needed. */
  #rooted: ReadonlyMap<string, number> | null = null;

  /** The scanner's own mounts, as they were read last. */
  get ownMounts(): MountTable {
    return this.#ownLive.table;
  }

  /** The scanner's own view. */
  get own(): View {
    this.#own ??= new View('/proc/self/root', '/', this.#ownLive, false);
    return this.#own;
  }

  /**
   * The view of a process, valid until the next call of this method. If the root or namespace cannot be read, every look in it is
   * `unknown`. If the process ends or changes one of them meanwhile, the view is not used for the next process.
   */
  of(process: OpenProcess): View {
    const { root, namespace } = this.#readLast(process);
    const users = this.#usersOf(process, namespace);
    const key = `${namespace} ${root} ${users}`;
    const known = this.#known(key);
    if (known) return known;
    // mountinfo of a chrooted process leaves out the mount that its root is on. Our table has it if the process shares our namespace.
    const wholePaths = root !== null && root !== '/' && namespace !== null && namespace === this.#ownNamespace;
    const live = wholePaths ? this.#ownLive : this.#liveMountsOf(process, namespace);
    const view = new View(process.rootPath, root ?? '(unreadable)', live, wholePaths);
    // isSettled is false if the links could not be read, so such a view is never shared.
    const isShared = view.isSettled && process.stillSees(root, namespace);
    this.#forget(passing);
    this.#keep(isShared ? key : passing, view);
    return view;
  }

  /**
   * The view of a chrooted process's whole mount namespace, because the kernel prints a path outside of the process's root from
   * there. null if the process is not chrooted, or no process at the root of its namespace can be read.
   */
  around(process: OpenProcess): View | null {
    // The same links as those of the view, because a path outside of the view's root is outside of this one.
    const { root, namespace } = this.#last?.process === process ? this.#last : this.#readLast(process);
    if (root === null || root === '/' || namespace === null) return null;
    if (namespace === this.#ownNamespace) return this.own;
    const users = this.#usersOf(process, namespace);
    const known = this.#known(`${namespace} / ${users}`);
    if (known) return known;
    // Tries the parent first, because a daemon often chroots its workers.
    const parent = orNull(() => process.readStat().ppid);
    const from = (pid: number | null) => this.#viewFrom(pid, namespace, users, process);
    return from(parent) ?? from(this.#rootedIn(namespace, process));
  }

  close(): void {
    for (const key of [...this.#views.keys()]) this.#forget(key);
    this.#own?.close();
    this.#own = null;
    this.#pins.close();
    this.#ownLive.close();
    this.#initLive?.close();
  }

  #readLast(process: OpenProcess): { root: Bytes | null; namespace: Bytes | null } {
    this.#last = { process, root: process.readRoot(), namespace: process.readMountNamespace() };
    return this.#last;
  }

  /** The user namespace of a process. It is ours if the process sees our own mounts, which only root can have mounted. */
  #usersOf(process: OpenProcess, namespace: Bytes | null): Bytes | null {
    return namespace !== null && namespace === this.#ownNamespace ? this.#ownUsers : process.readUserNamespace();
  }

  #liveMountsOf(process: OpenProcess, namespace: Bytes | null): LiveMounts {
    const mountinfo = process.openMountinfo();
    // Read after mountinfo was opened: a process that left our user namespace cannot come back to it.
    const users = this.#usersOf(process, namespace);
    const isOurs = users !== null && users === this.#ownUsers;
    return this.#liveMounts(mountinfo, isOurs);
  }

  #liveMounts(mountinfo: number | null, isOurs: boolean, most?: number): LiveMounts {
    return new LiveMounts(
      mountinfo,
      (mount, table, fresh) => this.#isLocal(mount, isOurs ? table : null, fresh),
      this.#pins,
      most,
    );
  }

  /**
   * @param ours see Witnesses
   * @param fresh whether the mount is held, so that the answer must be true now
   */
  #isLocal(mount: Mount, ours: MountTable | null, fresh: boolean): boolean {
    const init = isLayered(mount.fsType) ? this.#initMounts() : null;
    const lives = init === null ? [this.#ownLive] : [this.#ownLive, init];
    if (!isLocalMount(mount, { roots: lives.map(({ table }) => table), ours })) return false;
    if (!fresh || !isLayered(mount.fsType)) return true;
    // The kernel gives the device number of a removed overlay to the next overlay.
    return isLocalMount(mount, { roots: lives.map((live) => live.readAgain()), ours });
  }

  #initMounts(): LiveMounts | null {
    if (this.#initLive === undefined) {
      const namespace = orNull(() => readLink('/proc/1/ns/mnt'));
      const mountinfo = namespace === null || namespace === this.#ownNamespace ? null : openToRead('/proc/1/mountinfo');
      const isOurs = orNull(() => readLink('/proc/1/ns/user')) === this.#ownUsers;
      if (mountinfo !== null && !isOurs) closeSync(mountinfo);
      this.#initLive =
        mountinfo !== null && isOurs ? this.#liveMounts(mountinfo, true, Number.POSITIVE_INFINITY) : null;
    }
    return this.#initLive;
  }

  /** The view of a process at the root of a namespace; null if the process is not there, or cannot be read. */
  #viewFrom(pid: number | null, namespace: string, users: Bytes | null, { procPath }: OpenProcess): View | null {
    if (pid === null || pid === 0) return null;
    const sibling = orNull(() => new OpenProcess(procPath, pid));
    if (sibling === null) return null;
    try {
      if (sibling.readRoot() !== '/' || sibling.readMountNamespace() !== namespace) return null;
      if (this.#usersOf(sibling, namespace) !== users) return null;
      const view = new View(sibling.rootPath, '/', this.#liveMountsOf(sibling, namespace), false);
      if (view.isSettled && sibling.stillSees('/', namespace)) {
        this.#keep(`${namespace} / ${users}`, view);
        return view;
      }
      this.#close(view);
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

  /** Moves a used view to the end, so that the view unused for longest is the one to be closed. */
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
    const view = this.#views.get(key);
    if (view !== undefined) this.#close(view);
    this.#views.delete(key);
  }

  #close(view: View): void {
    view.close();
    if (view.live !== this.#ownLive) view.live.close();
  }
}

const openToRead = (path: string): number | null => orNull(() => openSync(path, constants.O_RDONLY));
