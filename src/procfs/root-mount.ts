// /proc/PID/mountinfo -> the mount that a process has for its root. proc_pid_mountinfo(5).

import type { Bytes } from './bytes.ts';
import { OpenProcess } from './process.ts';
import { orNull } from './reader.ts';

export interface RootMount {
  /** major:minor, as mountinfo prints it. */
  device: Bytes;
  /** The folder of that file system which is mounted. */
  folder: Bytes;
  fsType: Bytes;
}

/** null if nothing is mounted there: a chroot into a folder of another mount. */
export function parseRootMount(mountinfo: Bytes): RootMount | null {
  // What is mounted later lies on top, and its line comes later.
  const line = mountinfo
    .split('\n')
    .map((row) => /^[0-9]+ [0-9]+ ([0-9]+:[0-9]+) ([^ ]+) \/ .* - ([^ ]+) /.exec(row))
    .findLast((match) => match !== null);
  return line == null ? null : { device: line[1]!, folder: line[2]!, fsType: line[3]! };
}

/**
 * Whether it is a view of the host's own files, as a sandbox has one: the host's root folder, or an empty tmpfs into which
 * single folders of the host are mounted (bubblewrap). A container brings a file system or a folder of its own.
 */
export function isSandboxRoot(own: RootMount, first: RootMount | null): boolean {
  return own.fsType === 'tmpfs' || (own.device === first?.device && own.folder === first.folder);
}

/**
 * The same of a process that was read before, with PID 1 for the host; null if it is gone or its mounts may not be read.
 * @param startTicks its start time, which tells it from a later process with the same PID
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
