// The findings: gone files that one process uses, and the process itself. Each file is judged once. Times are nanoseconds since the epoch.

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
  /** Time when its content was last written; null if the file may not be looked at. */
  modifiedAtNs: bigint | null;
  /** Uid of its owner; null if the file may not be looked at. */
  ownerUid: number | null;
  /** Time when the file lost its last name; null if that is not known, or a name is left. */
  unlinkedAtNs: bigint | null;
  /** Whether the host's packages may own the path: it is the same place of the same file system on the scanner's own mounts. */
  onHost: boolean;
  /** Type of its file system, as mountinfo names it. */
  fsType: Bytes | null;
}

export interface MapFinding extends Finding {
  /** The build's note in it; only for code, and only if notes were asked for. */
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
  /** The program that the exe link names, without the mark of a gone file; null if the link was refused. */
  executable: (Name & { deleted: boolean }) | null;
  maps: MapFinding[];
  fds: FdFinding[];
}

/** Two findings with the same key are the same file on disk, for sums that count a file once. null if the file is not known. */
export function fileKey(finding: { device: string | null; inode: bigint | string | null }): string | null {
  return finding.device === null || finding.inode === null ? null : `${finding.device} ${finding.inode}`;
}
