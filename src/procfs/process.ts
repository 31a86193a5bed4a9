// One process, read by path while its /proc/PID is held open with O_PATH. What is held answers for that process alone, and says
// ESRCH after its death, even when the PID is reused; and while it lives nobody else has its PID. So what it still confirms at
// the end was read of it and of no other: whoever reports or keeps what was read asks for that. proc(5), open(2) O_PATH.

import { closeSync, constants, fstatSync, openSync, readdirSync } from 'node:fs';
import type { Bytes } from './bytes.ts';
import { type FdInfo, parseFdInfo } from './fdinfo.ts';
import { type Glimpse, glimpse, type IsLocalMount } from './hold.ts';
import { parseSuspiciousMappings, type SuspiciousMappings } from './maps.ts';
import { linkMayBeGone } from './quick-look.ts';
import { O_PATH, orNull, readBytes, readLink, readShared } from './reader.ts';
import { parseStat, type Stat } from './stat.ts';

/** The most that is read of a command line. */
const commandLineLimit = 128 * 1024;

/** A descriptor whose link may name a gone file; `link` is null where the path was too long for the kernel to print. */
export interface FdLink {
  fd: number;
  link: Bytes | null;
}

export interface Identity {
  stat: Stat;
  effectiveUid: number;
  /** The whole NUL-separated line, up to a limit. */
  commandLine: Bytes;
  commandTruncated: boolean;
  /** The whole content of /proc/PID/cgroup. */
  cgroup: Bytes;
  namespaces: { pid: Bytes | null; cgroup: Bytes | null };
}

export class OpenProcess {
  readonly procPath: string;
  readonly #directory: number;
  /** Where to read: the process, or a living thread of it where the leader has exited. */
  readonly #base: string;
  /** The same through what is held; a path three components longer. */
  readonly #held: string;

  /**
   * Throws what node:fs throws.
   * @param leaderExited whether to read of a thread that lives on
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

  /** What the exe link says, or null for a kernel thread and where it is refused. */
  readExecutable(): Bytes | null {
    return orNull(() => readLink(`${this.#base}/exe`));
  }

  /** Whether it lives and its program is still what readExecutable() said. */
  stillRuns(executable: Bytes): boolean {
    return orNull(() => readLink(`${this.#held}/exe`)) === executable;
  }

  readSuspiciousMappings(): SuspiciousMappings {
    return parseSuspiciousMappings(readShared(`${this.#base}/maps`));
  }

  /** Whether maps has this anywhere; false if it cannot be read. Nothing of it is parsed. */
  mapsMention(part: Bytes): boolean {
    return orNull(() => readShared(`${this.#base}/maps`).includes(part, 0, 'latin1')) ?? false;
  }

  readSuspiciousFds(): FdLink[] {
    const links: FdLink[] = [];
    for (const fd of readdirSync(`${this.#base}/fd`, 'latin1')) {
      try {
        const link = readLink(`${this.#base}/fd/${fd}`);
        if (linkMayBeGone(link)) links.push({ fd: Number(fd), link });
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENAMETOOLONG') links.push({ fd: Number(fd), link: null });
        else if (code !== 'ENOENT') throw error;
      }
    }
    return links;
  }

  readFdInfo(fd: number): FdInfo | null {
    const text = orNull(() => readBytes(`${this.#base}/fdinfo/${fd}`));
    return text === null ? null : parseFdInfo(text);
  }

  /** The open file itself, which may have been exchanged for a remote one since its fdinfo was read. */
  glimpseFd(fd: number, isLocalMount: IsLocalMount): Glimpse | null {
    return glimpse(`${this.#base}/fd/${fd}`, isLocalMount);
  }

  /**
   * The mapped file itself, which may have been exchanged for a remote one since maps was read: even this look hangs on a
   * stalled FUSE. Wants CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE.
   */
  glimpseMapping(range: string, isLocalMount: IsLocalMount): Glimpse | null {
    return glimpse(this.#mappedFile(range), isLocalMount);
  }

  /** The program itself. */
  glimpseExecutable(isLocalMount: IsLocalMount): Glimpse | null {
    return glimpse(`${this.#base}/exe`, isLocalMount);
  }

  /** The unescaped path of a mapping, or null where map_files is not for us. */
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

  /** The magic link to the process's root. */
  get rootPath(): string {
    return `${this.#base}/root`;
  }

  readMountNamespace(): Bytes | null {
    return orNull(() => readLink(`${this.#base}/ns/mnt`));
  }

  /** Whether it lives and both are still what readRoot() and readMountNamespace() said. */
  stillSees(root: Bytes | null, namespace: Bytes | null): boolean {
    const now = orNull(() => [readLink(`${this.#held}/root`), readLink(`${this.#held}/ns/mnt`)]);
    return now !== null && now[0] === root && now[1] === namespace;
  }

  readMountinfo(): Bytes | null {
    return orNull(() => readBytes(`${this.#base}/mountinfo`));
  }

  /** Of the process that is held, even where a thread of it is read; throws what node:fs throws where it is gone. */
  readStat(): Stat {
    const stat = parseStat(readBytes(`/proc/self/fd/${this.#directory}/stat`));
    if (stat === null) throw Object.assign(new Error('odd stat'), { code: 'EIO' });
    return stat;
  }

  /**
   * /proc/PID belongs to the effective uid, of an undumpable process too (fs/proc/base.c task_dump_owner()), and takes a tenth
   * of what status does. Of a process that is gone it is 0.
   */
  readEffectiveUid(): number {
    return fstatSync(this.#directory).uid;
  }

  /** What the process is; throws what node:fs throws where it is gone. */
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

/** The first living thread as a path below the process's, or null. */
function livingTask(path: string): string | null {
  for (const tid of readdirSync(`${path}/task`, 'latin1')) {
    const task = orNull(() => parseStat(readBytes(`${path}/task/${tid}/stat`)));
    if (task && task.state !== 'Z' && task.state !== 'X') return `/task/${tid}`;
  }
  return null;
}
