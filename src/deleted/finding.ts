// The findings: gone files in use by one process, each judged once. Times are nanoseconds since the epoch.

import type { DeletedFd, DeletedMap } from '../documents/generated/report.ts';
import type { Bytes } from '../procfs/bytes.ts';

interface Finding {
  path: Bytes;
  state: DeletedMap['state'];
  role: DeletedMap['role'];
  /** ctime of the file now at the path. */
  replacedAtNs: bigint | null;
  device: string | null;
  inode: bigint | null;
  links: number | null;
  heldBytes: number | null;
}

export interface MapFinding extends Finding {
  kind: DeletedMap['kind'];
  mappings: number;
  mappedBytes: number;
  executable: boolean;
}

export interface FdFinding extends Finding {
  fd: number;
  kind: DeletedFd['kind'];
  bornAtNs: bigint | null;
  sizeBytes: number | null;
  access: DeletedFd['access'];
  append: boolean | null;
  mountPoint: Bytes | null;
  fsType: Bytes | null;
}

/** What makes two findings the same file on disk, for sums that count a file once; null where it is not known. */
export function fileKey(finding: { device: string | null; inode: bigint | null }): string | null {
  return finding.device === null || finding.inode === null ? null : `${finding.device} ${finding.inode}`;
}
