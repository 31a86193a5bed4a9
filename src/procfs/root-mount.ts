// /proc/PID/mountinfo -> the mount that is the root of a process. proc_pid_mountinfo(5).

import type { Bytes } from './bytes.ts';
import { OpenProcess } from './process.ts';
import { orNull } from './reader.ts';

export interface RootMount {
  /** major:minor, as mountinfo prints it. */
  device: Bytes;
  /** The folder of that file system that is mounted. */
  folder: Bytes;
  fsType: Bytes;
}

/** Returns null if nothing is mounted at the root: a chroot into a folder of another mount. */
export function parseRootMount(mountinfo: Bytes): RootMount | null {
  // A later mount lies on top, and its line comes later.
  const line = mountinfo
    .split('\n')
    .map((row) => /^[0-9]+ [0-9]+ ([0-9]+:[0-9]+) ([^ ]+) \/ .* - ([^ ]+) /.exec(row))
    .findLast((match) => match !== null);
  return line == null ? null : { device: line[1]!, folder: line[2]!, fsType: line[3]! };
}

/**
 * Whether a root is a view of the host's own files, as in a sandbox: the host's root folder, or an empty tmpfs into which
 * single folders of the host are mounted (bubblewrap). A container brings a file system or a folder of its own.
 */
function isSandboxRoot(own: RootMount, first: RootMount | null): boolean {
  return own.fsType === 'tmpfs' || (own.device === first?.device && own.folder === first.folder);
}

/**
 * Whether a process that was read before has a sandbox's root; PID 1 stands for the host. null if the process is gone, or the
 * mounts cannot be read.
 * @param startTicks start time, which tells the process from a later one with the same PID
 */
export function hasSandboxRoot(procPath: string, pid: number, startTicks: number): boolean | null {
  const own = readRootMount(procPath, pid, startTicks);
  return own === null ? null : isSandboxRoot(own, readRootMount(procPath, 1, null));
}

function readRootMount(procPath: string, pid: number, startTicks: number | null): RootMount | null {
  const process = orNull(() => new OpenProcess(procPath, pid));
  if (process === null) return null;
  try {
    const mount = parseRootMount(process.readMountinfo() ?? '');
    const isSame = startTicks === null || orNull(() => process.readStat())?.startTicks === startTicks;
    return isSame ? mount : null;
  } finally {
    process.close();
  }
}
