// The mountinfo of one namespace -> facts about a mount that are certain. The kernel gives the id of a removed mount to the next
// mount. So an id names one mount only while somebody holds that mount, and only a line read during that time describes it.
// proc_pid_mountinfo(5); fs/namespace.c mnt_alloc_id().

import { closeSync, openSync } from 'node:fs';
import type { Bytes } from './bytes.ts';
import { type Mount, parseMountinfo } from './mountinfo.ts';
import { MountTable } from './mounts.ts';
import { O_PATH, orNull, readAgain } from './reader.ts';

/** A mount whose line was read while the mount was held. */
export interface KnownMount {
  mount: Mount;
  /** Whether files on it may be stat'ed. */
  local: boolean;
}

/** Finds the mount of one of our descriptors; null if no table that can be read has that mount. */
export type MountOf = (fd: number, mountId: number) => KnownMount | null;

/** Whether a mount of a table is local. `fresh` reads the tables again; else the tables read before decide. */
type IsLocal = (mount: Mount, table: MountTable, fresh: boolean) => boolean;

/** A namespace may have a hundred thousand mounts. A table larger than this is not read again, and its mounts count as unknown. */
const mostBytes = 64 * 1024 * 1024;

export class LiveMounts {
  readonly #mountinfo: number | null;
  readonly #isLocal: IsLocal;
  readonly #pins: Pins;
  #text: Bytes | null = null;
  #table: MountTable | null = null;
  #bytesLeft: number;
  /** The mounts that Pins holds, by id. */
  readonly held = new Map<number, KnownMount>();

  /**
   * @param mountinfo the open file, which shows the same namespace even after the process has ended; close() closes it. null if
   * it cannot be read
   */
  constructor(mountinfo: number | null, isLocal: IsLocal, pins: Pins, most = mostBytes) {
    this.#mountinfo = mountinfo;
    this.#isLocal = isLocal;
    this.#pins = pins;
    this.#bytesLeft = most;
  }

  /** The table as it was read last. */
  get table(): MountTable {
    return this.#table ?? this.readAgain();
  }

  readAgain(): MountTable {
    const text = this.#bytesLeft > 0 ? this.#read() : '';
    this.#bytesLeft -= text.length;
    if (this.#table === null || text !== this.#text) {
      const table: MountTable = new MountTable(parseMountinfo(text), (mount) => this.#isLocal(mount, table, false));
      this.#table = table;
    }
    this.#text = text;
    return this.#table;
  }

  /** Finds the mount of one of our descriptors. Reads the table again only if the mount is not held yet. */
  readonly mountOf: MountOf = (fd, mountId) => this.#pins.find(this, fd, mountId);

  /** Finds the line of a mount that the caller holds. */
  find(mountId: number): KnownMount | null {
    if (this.#table !== null && this.#table.byId(mountId) === null) return null;
    const table = this.readAgain();
    const mount = table.byId(mountId);
    return mount && { mount, local: this.#isLocal(mount, table, true) };
  }

  close(): void {
    if (this.#mountinfo !== null) closeSync(this.#mountinfo);
  }

  #read(): Bytes {
    const file = this.#mountinfo;
    return file === null ? '' : (orNull(() => readAgain(file).toString('latin1')) ?? '');
  }
}

/** With more holds than this, the mount that was unused for longest is let go, and its namespace must be read again for it. */
const mostPins = 100;

/**
 * Holds mounts, so that a table is read again only once for each mount. A held mount cannot be unmounted (except lazily). That
 * is no new obstacle: the process that has a file on the mount keeps it busy as well.
 */
export class Pins {
  readonly #held = new Map<string, { fd: number; letGo: () => void }>();
  readonly #numbers = new WeakMap<LiveMounts, number>();
  #count = 0;

  /** @param fd our own descriptor on the mount with this id */
  find(mounts: LiveMounts, fd: number, mountId: number): KnownMount | null {
    const key = `${this.#numberOf(mounts)} ${mountId}`;
    const pin = this.#held.get(key);
    const known = mounts.held.get(mountId);
    if (pin !== undefined && known !== undefined) {
      this.#held.delete(key);
      this.#held.set(key, pin);
      return known;
    }
    const found = mounts.find(mountId);
    if (found !== null) this.#keep(key, mounts, fd, mountId, found);
    return found;
  }

  close(): void {
    for (const key of [...this.#held.keys()]) this.#letGo(key);
  }

  #keep(key: string, mounts: LiveMounts, fd: number, mountId: number, known: KnownMount): void {
    // If no descriptor is free, the answer is used once and not kept.
    const held = orNull(() => openSync(`/proc/self/fd/${fd}`, O_PATH));
    if (held === null) return;
    const [oldest] = this.#held.keys();
    if (oldest !== undefined && this.#held.size >= mostPins) this.#letGo(oldest);
    mounts.held.set(mountId, known);
    this.#held.set(key, { fd: held, letGo: () => mounts.held.delete(mountId) });
  }

  #letGo(key: string): void {
    const pin = this.#held.get(key);
    if (pin === undefined) return;
    this.#held.delete(key);
    pin.letGo();
    closeSync(pin.fd);
  }

  #numberOf(mounts: LiveMounts): number {
    const number = this.#numbers.get(mounts) ?? ++this.#count;
    this.#numbers.set(mounts, number);
    return number;
  }
}
