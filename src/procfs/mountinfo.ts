// /proc/PID/mountinfo -> mounts. proc_pid_mountinfo(5).

import type { Bytes } from './bytes.ts';

export interface Mount {
  id: number;
  /** major:minor in hexadecimal, two digits at least, as in maps. */
  device: string;
  /** The folder or file of the file system that is mounted, as a path in that file system, without the kernel's mark. */
  root: Bytes;
  /** Whether that folder or file lost its name since; the mount goes on to show the old one. */
  rootGone: boolean;
  mountPoint: Bytes;
  fsType: Bytes;
  /** Per-mount and per-superblock options, comma-separated. */
  options: Bytes;
}

/** The kernel's mark on a root without a name (fs/d_path.c dentry_path()); no path holds two slashes in a row. */
const rootMark = '//deleted';

const line =
  /^([0-9]+) [0-9]+ ([0-9]+):([0-9]+) ([^ ]+) (\/[^ ]*) ([^ ]+)(?: [a-z_]+(?::[^ ]+)?)* - ([^ ]+) [^ ]* ?(.*)$/;

/** Odd lines are left out: what is on such a mount counts as not local. */
export function parseMountinfo(text: Bytes): Mount[] {
  const mounts: Mount[] = [];
  for (const row of text.split('\n')) {
    const match = line.exec(row);
    if (!match) continue;
    const [, id, major, minor, root = '', mountPoint = '', options, fsType = '', superOptions] = match;
    const rootGone = root.endsWith(rootMark);
    mounts.push({
      id: Number(id),
      device: formatDevice(Number(major), Number(minor)),
      root: unescapeOctal(rootGone ? root.slice(0, -rootMark.length) : root),
      rootGone,
      mountPoint: unescapeOctal(mountPoint),
      fsType: unescapeOctal(fsType),
      options: `${options},${superOptions}`,
    });
  }
  return mounts;
}

/** major:minor as /proc/PID/maps prints it. */
export function formatDevice(major: number, minor: number): string {
  return `${major.toString(16).padStart(2, '0')}:${minor.toString(16).padStart(2, '0')}`;
}

/** The kernel's mangle(): blank, tab, newline, backslash (and # in some fields) as three octal digits. */
export function unescapeOctal(text: Bytes): Bytes {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
