// One process, read by path while an O_PATH descriptor holds its /proc/PID. That descriptor says ESRCH once the process is dead,
// even if the PID is used again, and no other process has the PID before that. So if a read through the descriptor still works at
// the end, all that was read before came from this process. proc(5), open(2) O_PATH.

import { closeSync, constants, fstatSync, openSync, readdirSync } from 'node:fs';
import { type BuildNote, type MeantFile, readBuildNote } from './build-note.ts';
import type { Bytes } from './bytes.ts';
import { type FdInfo, parseFdInfo } from './fdinfo.ts';
import { type Glimpse, glimpse, glimpseOpenFile, type OpenFile, readFdLink } from './hold.ts';
import type { MountOf } from './live-mounts.ts';
import { findMapping, type Mapping, parseSuspiciousMappings, type SuspiciousMappings } from './maps.ts';
import { linkMayBeGone } from './quick-look.ts';
import { O_PATH, orNull, readBytes, readFdInfoText, readLink, readSharedMaps } from './reader.ts';
import { parseStat, type Stat } from './stat.ts';

/** Longest part of a command line that is read. */
const commandLineLimit = 128 * 1024;

/** A descriptor whose link may name a gone file. `link` is null if the path was too long for the kernel to print. */
export interface FdLink {
  fd: number;
  link: Bytes | null;
}

export interface Identity {
  stat: Stat;
  effectiveUid: number;
  /** The whole NUL-separated command line, up to a limit. */
  commandLine: Bytes;
  commandTruncated: boolean;
  /** The whole content of /proc/PID/cgroup. */
  cgroup: Bytes;
  namespaces: { pid: Bytes | null; cgroup: Bytes | null };
}

export class OpenProcess {
  readonly procPath: string;
  readonly #directory: number;
  /** The folder to read: the process's, or that of a living thread if the leader has exited. */
  readonly #base: string;
  /** The same folder through the held descriptor. Its path is three components longer, so that it is slower to walk. */
  readonly #held: string;

  /**
   * Throws what node:fs throws.
   * @param leaderExited whether the leader has exited, so that a living thread is read
   */
  constructor(procPath: string, pid: number, leaderExited = false) {
    this.procPath = procPath;
    const path = `${procPath}/${pid}`;
    this.#directory = openSync(path, O_PATH | constants.O_DIRECTORY);
    try {
      const task = (leaderExited ? livingTask(path) : null) ?? '';
      this.#base = path + task;
      this.#held = `/proc/self/fd/${this.#directory}${task}`;
    } catch (error) {
      closeSync(this.#directory);
      throw error;
    }
  }

  close(): void {
    closeSync(this.#directory);
  }

  /** Reads the exe link; null for a kernel thread, or if the link is refused. */
  readExecutable(): Bytes | null {
    return orNull(() => readLink(`${this.#base}/exe`));
  }

  /** Whether the process lives and its exe link is still the one that readExecutable() returned. */
  stillRuns(executable: Bytes): boolean {
    return orNull(() => readLink(`${this.#held}/exe`)) === executable;
  }

  readSuspiciousMappings(): SuspiciousMappings {
    return parseSuspiciousMappings(readSharedMaps(`${this.#base}/maps`));
  }

  /** Whether maps contains this text; false if maps cannot be read. Nothing is parsed. */
  mapsMention(part: Bytes): boolean {
    return orNull(() => readSharedMaps(`${this.#base}/maps`).includes(part, 0, 'latin1')) ?? false;
  }

  /** The first mapping whose line has the text and that fits; null if there is none. Throws what node:fs throws. */
  findMapping(text: Bytes, fits: (mapping: Mapping) => boolean): Mapping | null {
    return findMapping(readSharedMaps(`${this.#base}/maps`), text, fits);
  }

  readSuspiciousFds(): FdLink[] {
    const links: FdLink[] = [];
    for (const fd of readdirSync(`${this.#base}/fd`, 'latin1')) {
      try {
        const link = readFdLink(`${this.#base}/fd/${fd}`);
        if (link === null || linkMayBeGone(link)) links.push({ fd: Number(fd), link });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    return links;
  }

  /** The inodes of the sockets that are open, each once. Throws what node:fs throws. */
  readSocketInodes(): number[] {
    const inodes = new Set<number>();
    for (const fd of readdirSync(`${this.#base}/fd`, 'latin1')) {
      try {
        const inode = /^socket:\[([0-9]{1,15})\]$/.exec(readFdLink(`${this.#base}/fd/${fd}`) ?? '')?.[1];
        if (inode !== undefined) inodes.add(Number(inode));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    return [...inodes];
  }

  /** A glimpse of the file that is open there now. It may be another file than when the link was read. */
  glimpseFd(fd: number, mountOf: MountOf): OpenFile | null {
    return glimpseOpenFile(`${this.#base}/fd/${fd}`, mountOf);
  }

  /**
   * Reads fdinfo, which asks the driver of the file as well. The driver may wait for a lock that the file's user holds, as epoll's
   * does (ep_show_fdinfo()). So use this only for regular files, and only for facts that nothing else tells.
   * @param link the text of the file's link; null is returned if the link has changed since
   */
  readFdInfo(fd: number, link: Bytes | null): FdInfo | null {
    if (orNull(() => readFdLink(`${this.#base}/fd/${fd}`)) !== link) return null;
    const text = orNull(() => readFdInfoText(`${this.#base}/fdinfo/${fd}`));
    return text === null ? null : parseFdInfo(text);
  }

  /**
   * A glimpse of the mapped file itself. The mapping may have been exchanged for a remote file since maps was read, and even this
   * look hangs on a stalled FUSE. Needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE.
   */
  glimpseMapping(range: string, mountOf: MountOf): Glimpse | null {
    return glimpse(this.#mappedFile(range), mountOf);
  }

  /** A glimpse of the program itself. */
  glimpseExecutable(mountOf: MountOf): Glimpse | null {
    return glimpse(`${this.#base}/exe`, mountOf);
  }

  /** Reads the build's note in a mapped file; null if it has none, undefined if the file could not or must not be read. */
  readMappingNote(range: string, meant: MeantFile, mountOf: MountOf): BuildNote | null | undefined {
    return readBuildNote(this.#mappedFile(range), meant, mountOf);
  }

  /** Reads the unescaped path of a mapping; null if we may not read map_files. */
  readMappingLink(range: string): Bytes | null {
    return orNull(() => readLink(this.#mappedFile(range)));
  }

  /** The magic link to a mapped file. */
  #mappedFile(range: string): string {
    return `${this.#base}/map_files/${range}`;
  }

  readRoot(): Bytes | null {
    return orNull(() => readLink(this.rootPath));
  }

  readFolder(): Bytes | null {
    return orNull(() => readLink(`${this.#base}/cwd`));
  }

  /** The magic link to the process's root. */
  get rootPath(): string {
    return `${this.#base}/root`;
  }

  readMountNamespace(): Bytes | null {
    return orNull(() => readLink(`${this.#base}/ns/mnt`));
  }

  /** Whether the process lives, and readRoot() and readMountNamespace() would return the same as before. */
  stillSees(root: Bytes | null, namespace: Bytes | null): boolean {
    const now = orNull(() => [readLink(`${this.#held}/root`), readLink(`${this.#held}/ns/mnt`)]);
    return now !== null && now[0] === root && now[1] === namespace;
  }

  readUserNamespace(): Bytes | null {
    return orNull(() => readLink(`${this.#base}/ns/user`));
  }

  /** Throws what node:fs throws. */
  readNetworkNamespace(): Bytes {
    return readLink(`${this.#base}/ns/net`);
  }

  readMountinfo(): Bytes | null {
    return orNull(() => readBytes(`${this.#base}/mountinfo`));
  }

  /** Opens the mountinfo of the process, which shows its namespace even after the process has ended. The caller closes it. */
  openMountinfo(): number | null {
    return orNull(() => openSync(`${this.#base}/mountinfo`, constants.O_RDONLY));
  }

  /** Reads the stat of the held process, even if a thread is read for the rest. Throws what node:fs throws if the process is gone. */
  readStat(): Stat {
    const stat = parseStat(readBytes(`/proc/self/fd/${this.#directory}/stat`));
    if (stat === null) throw Object.assign(new Error('odd stat'), { code: 'EIO' });
    return stat;
  }

  /**
   * The owner of /proc/PID is the effective uid, even if the process is not dumpable (fs/proc/base.c task_dump_owner()). Reading
   * the owner takes a tenth of the time that status takes. Returns 0 for a process that is gone.
   */
  readEffectiveUid(): number {
    return fstatSync(this.#directory).uid;
  }

  /** Reads the facts that identify the process; throws what node:fs throws if it is gone. */
  readIdentity(): Identity {
    const stat = this.readStat();
    const commandLine = orNull(() => readBytes(`${this.#base}/cmdline`, commandLineLimit + 1)) ?? '';
    return {
      stat,
      effectiveUid: this.readEffectiveUid(),
      commandLine: commandLine.slice(0, commandLineLimit),
      commandTruncated: commandLine.length > commandLineLimit,
      cgroup: orNull(() => readBytes(`${this.#base}/cgroup`)) ?? '',
      namespaces: {
        pid: orNull(() => readLink(`${this.#base}/ns/pid`)),
        cgroup: orNull(() => readLink(`${this.#base}/ns/cgroup`)),
      },
    };
  }
}

/** The path of the first living thread below the process's folder; null if there is none. */
function livingTask(path: string): string | null {
  for (const tid of readdirSync(`${path}/task`, 'latin1')) {
    const task = orNull(() => parseStat(readBytes(`${path}/task/${tid}/stat`)));
    if (task && task.state !== 'Z' && task.state !== 'X') return `/task/${tid}`;
  }
  return null;
}
