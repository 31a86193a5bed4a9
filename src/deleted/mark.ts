// A name as the kernel prints it -> whether the file may be gone, and by which mark. d_path(9) appends ` (deleted)`;
// OpenVZ and VServer kernels prefix `(deleted)`; NFS and FUSE rename a file that is unlinked while open ("silly rename").

import type { Bytes } from '../procfs/bytes.ts';
import { isFuse, isNfs } from '../procfs/file-systems.ts';

export interface Marked {
  mark: 'suffix' | 'prefix' | 'nfs' | 'fuse';
  /** The path without the mark. */
  path: Bytes;
}

const suffix = ' (deleted)';
const prefix = /^\(deleted\) ?(?=\/)/;
const nfsName = /\/\.nfs[0-9a-f]{24}$/i;
const fuseName = /\/\.fuse_hidden[0-9a-f]{16}$/i;

/** Returns null for a name without a mark. */
export function parseMarked(name: Bytes): Marked | null {
  if (name.endsWith(suffix)) return { mark: 'suffix', path: name.slice(0, -suffix.length) };
  if (prefix.test(name)) return { mark: 'prefix', path: name.replace(prefix, '') };
  if (nfsName.test(name)) return { mark: 'nfs', path: name };
  if (fuseName.test(name)) return { mark: 'fuse', path: name };
  return null;
}

/** Whether clients of this file system rename files that are unlinked while open. On other file systems the name means nothing. */
export function renamesOpenFiles({ mark }: Marked, fsType: string): boolean {
  if (mark === 'nfs') return isNfs(fsType);
  return mark === 'fuse' && isFuse(fsType);
}
