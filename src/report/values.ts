// Values that stand in more than one place of a report: users, paths, and sums of held bytes.

import { fileKey, type MapFinding } from '../deleted/finding.ts';
import type { Name } from '../deleted/nameless.ts';
import type { Owner, User } from '../documents/generated/report.ts';
import { isInMemory } from '../held.ts';
import { type Bytes, toText } from '../procfs/bytes.ts';
import type { ReportFacts } from './facts.ts';

type Held = Pick<MapFinding, 'heldBytes' | 'device' | 'fsType'> & { inode: bigint | string | null };

/** Bytes that the files hold, each device and inode counted once. */
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

/** The part of them that is memory, and no disk. */
export function sumHeldMemoryBytes(findings: readonly Held[]): number {
  return sumHeldBytes(findings.filter(({ fsType }) => isInMemory(fsType)));
}

/** A user as every document has it. */
export function buildUser(uid: number | null, userName: (uid: number) => string | null): User | null {
  return uid === null ? null : { uid, name: userName(uid) };
}

/** Whose something is, with the kind of that account. */
export function buildOwner(uid: number, { userName, ownerKind }: Pick<ReportFacts, 'userName' | 'ownerKind'>): Owner {
  return { uid, name: userName(uid), kind: ownerKind(uid) };
}

/** The path and its raw form, as every document has them. */
export function buildPath(path: Bytes): { path: string; path_base64: string | null } {
  const { text, base64 } = toText(path);
  return { path: text, path_base64: base64 };
}

/** A path that may not be the kernel's own, with where it comes from. */
export function buildSourcedPath({ path, pathSource }: Name) {
  return { ...buildPath(path), path_source: pathSource };
}
