// Values that are in several places of a report: users, paths, and sums of held bytes.

import { fileKey, type MapFinding } from '../deleted/finding.ts';
import type { Name } from '../deleted/nameless.ts';
import type { Owner, User } from '../documents/generated/report.ts';
import { isInMemory } from '../held.ts';
import { type Bytes, toText } from '../procfs/bytes.ts';
import type { ReportFacts } from './facts.ts';

type Held = Pick<MapFinding, 'heldBytes' | 'device' | 'fsType'> & { inode: bigint | string | null };

/** Sums the bytes that the files hold; each device and inode counts once. */
export function sumHeldBytes(findings: readonly Held[]): number {
  const seen = new Set<string>();
  let sum = 0;
  for (const finding of findings) {
    const key = fileKey(finding);
    if (key !== null && seen.has(key)) continue;
    if (key !== null) seen.add(key);
    sum += finding.heldBytes ?? 0;
  }
  return sum;
}

/** Sums those of the held bytes that are in memory and not on a disk. */
export function sumHeldMemoryBytes(findings: readonly Held[]): number {
  return sumHeldBytes(findings.filter(({ fsType }) => isInMemory(fsType)));
}

/** A user as in every document. */
export function buildUser(uid: number | null, userName: (uid: number) => string | null): User | null {
  return uid === null ? null : { uid, name: userName(uid) };
}

/** The owner of something, with the kind of the account. */
export function buildOwner(uid: number, { userName, ownerKind }: Pick<ReportFacts, 'userName' | 'ownerKind'>): Owner {
  return { uid, name: userName(uid), kind: ownerKind(uid) };
}

/** A path and its raw form, as in every document. */
export function buildPath(path: Bytes): { path: string; path_base64: string | null } {
  const { text, base64 } = toText(path);
  return { path: text, path_base64: base64 };
}

/** A path that may not come from the kernel, with its source. */
export function buildSourcedPath({ path, pathSource }: Name) {
  return { ...buildPath(path), path_source: pathSource };
}
