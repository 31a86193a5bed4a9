// /proc/PID/mountinfo -> mounts. proc_pid_mountinfo(5).

import type { Bytes } from './bytes.ts';

export interface Mount {
  id: number;
  /** major:minor in hexadecimal, each with at least two digits, as in maps. */
  device: string;
  /** The folder or file that is mounted, as a path inside its file system, without the kernel's mark. */
  root: Bytes;
  /** Whether that folder or file has lost its name; the mount still shows the old one. */
  rootGone: boolean;
  mountPoint: Bytes;
  fsType: Bytes;
  /** Options of the mount and of the superblock, comma-separated. */
  options: Bytes;
}

/** The kernel's mark on a root without a name (fs/d_path.c dentry_path()). No path has two slashes in a row. */
const rootMark = '//deleted';

const line =
  /^([0-9]+) [0-9]+ ([0-9]+):([0-9]+) ([^ ]+) (\/[^ ]*) ([^ ]+)(?: [a-z_]+(?::[^ ]+)?)* - ([^ ]+) [^ ]* ?(.*)$/;

/** Leaves out lines that do not have the format; a file on such a mount counts as not local. */
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

/** Formats major:minor as /proc/PID/maps prints it. */
export function formatDevice(major: number, minor: number): string {
  return `${major.toString(16).padStart(2, '0')}:${minor.toString(16).padStart(2, '0')}`;
}

/** Undoes the kernel's mangle(): blank, tab, newline, backslash (and # in some fields) as three octal digits. */
export function unescapeOctal(text: Bytes): Bytes {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
