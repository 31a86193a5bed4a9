// A file that the kernel prints as `/` -> a name for it. The file was mounted on a path of its own, and an unlink of that path
// detached the mount. systemd makes such mounts for ExecPaths= and BindPaths=, and a package upgrade unlinks. No table says where
// the mount was. So the name is inferred, and labelled so, or it says that there is none. mount_namespaces(7), d_path(9).

import type { DeletedMap } from '../documents/generated/report.ts';
import type { Bytes } from '../procfs/bytes.ts';

export interface Name {
  path: Bytes;
  /** kernel: the kernel printed it. command_line, process_name: inferred from texts that the process can change. none: no path. */
  pathSource: NonNullable<DeletedMap['path_source']>;
}

export const isNameless = (path: Bytes): boolean => path === '/';

/** Whether the kernel prints the file's inode number as its name, because it was made without a name (O_TMPFILE). */
export function isNamedByInode(path: Bytes, inode: bigint | null): boolean {
  return inode !== null && path.includes('/#') && path.endsWith(`/#${inode}`);
}

/** A text for a file without a path. It tells two such files of one process apart. */
export function nameByInode(inode: bigint | null, device: string | null): Name {
  const which = inode === null ? '' : `, inode ${inode}${device === null ? '' : ` on ${device}`}`;
  return { path: `(mount point removed${which})`, pathSource: 'none' };
}
