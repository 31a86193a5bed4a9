// The findings: gone files in use by one process, each judged once, and the process that has them. Times are nanoseconds since the epoch.

import type { DeletedFd, DeletedMap } from '../documents/generated/report.ts';
import type { BuildNote } from '../procfs/build-note.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Identity } from '../procfs/process.ts';
import type { Name } from './nameless.ts';

interface Finding extends Name {
  state: DeletedMap['state'];
  role: DeletedMap['role'];
  /** When the file lost its last name; if that is not known, the ctime of the file that is at its path now; or null. */
  replacedAtNs: bigint | null;
  device: string | null;
  inode: bigint | null;
  links: number | null;
  heldBytes: number | null;
  bornAtNs: bigint | null;
  /** When its content was last written; null if the file may not be looked at. */
  modifiedAtNs: bigint | null;
  /** Whose it is; null if the file may not be looked at. */
  ownerUid: number | null;
  /** When the file lost its last name; null if that is not known, or a name is left. */
  unlinkedAtNs: bigint | null;
  /** The type of the file system that it is on, as mountinfo names it. */
  fsType: Bytes | null;
}

export interface MapFinding extends Finding {
  /** What its build says of it; only of code, and only if that was asked for. */
  note?: BuildNote | null;
  kind: DeletedMap['kind'];
  mappings: number;
  mappedBytes: number;
  executable: boolean;
}

export interface FdFinding extends Finding {
  fd: number;
  kind: DeletedFd['kind'];
  sizeBytes: number | null;
  access: DeletedFd['access'];
  append: boolean | null;
  mountPoint: Bytes | null;
}

export interface AffectedProcess {
  pid: number;
  identity: Identity;
  /** The program by the exe link, without the mark where it is gone; null where the link was refused. */
  executable: (Name & { deleted: boolean }) | null;
  maps: MapFinding[];
  fds: FdFinding[];
}

/** What makes two findings the same file on disk, for sums that count a file once; null where it is not known. */
export function fileKey(finding: { device: string | null; inode: bigint | string | null }): string | null {
  return finding.device === null || finding.inode === null ? null : `${finding.device} ${finding.inode}`;
}
