// Names for a file that the kernel prints as `/`: it was mounted on a path of its own, and whoever unlinked that path detached
// the mount. systemd mounts so with ExecPaths= and BindPaths=, and a package's upgrade unlinks. No table says where the mount
// was, so that a name is either inferred, and labelled so, or says that there is none. mount_namespaces(7), d_path(9).

import type { DeletedMap } from '../documents/generated/report.ts';
import type { Bytes } from '../procfs/bytes.ts';

export interface Name {
  path: Bytes;
  /** kernel: printed by the kernel. command_line, process_name: inferred from what the process says of itself. none: no path. */
  pathSource: NonNullable<DeletedMap['path_source']>;
}

export const isNameless = (path: Bytes): boolean => path === '/';

/** Whether a file was made without a name (O_TMPFILE): the kernel prints its inode as one. */
export function isNamedByInode(path: Bytes, inode: bigint | null): boolean {
  return inode !== null && path.includes('/#') && path.endsWith(`/#${inode}`);
}

/** The text that stands for the path of a file without one; it tells two such files of a process apart. */
export function nameByInode(inode: bigint | null, device: string | null): Name {
  const which = inode === null ? '' : `, inode ${inode}${device === null ? '' : ` on ${device}`}`;
  return { path: `(mount point removed${which})`, pathSource: 'none' };
}
