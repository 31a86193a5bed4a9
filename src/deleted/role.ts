// The role of a gone file: what it is to the process, judged once and for all documents. Evidence of the kernel comes first
// (who made the file, how long it had a name, how large it is, how it is held), and what its path says comes last.

import {
  isDatabaseFile,
  isInBuildFolder,
  isInWorkspace,
  isNeverLinked,
  isTemporary,
  logEvidence,
} from '../path-evidence.ts';
import type { Bytes } from '../procfs/bytes.ts';
import { scratchLimit } from '../sizes.ts';
import type { FdFinding, MapFinding } from './finding.ts';
import { type Holder, heldCodeOf } from './held-code.ts';
import { isNamedByInode } from './nameless.ts';

/** What a program unpacks, loads and unlinks has a name for as long as that takes; what an upgrade removes lay there for days. */
const unpackingNs = 2_000_000_000n;

/**
 * The start of a process is known to a tick, the boot to a hundredth of a second, and a file's times to the kernel's coarse clock:
 * what was unlinked just before the start may as well have been unlinked just after it.
 */
const startUncertaintyNs = 50_000_000n;

interface Gone {
  path: Bytes;
  state: MapFinding['state'];
  links: number | null;
  inode: bigint | null;
  heldBytes: number | null;
  /** When the file was made; null if that is not known. */
  bornAtNs: bigint | null;
  /** When its last change was, which is at the earliest when it lost its last name; null if it has one, or nobody can know. */
  unlinkedAtNs: bigint | null;
}

export interface User extends Holder {
  readonly effectiveUid: number;
  /** When the process began; null if that is not known. */
  startedAtNs: bigint | null;
}

export function classifyMapRole(
  map: Gone & Pick<MapFinding, 'kind' | 'executable' | 'ownerUid'>,
  user: User,
): MapFinding['role'] {
  const { kind, path } = map;
  // Nobody makes its own program: an executable is code wherever it lay.
  if (kind === 'executable') return isNeverLinked(path) ? 'scratch' : 'code';
  // A restart unpacks the same library again, however large it is.
  if (kind === 'library')
    return isPassing(map) || isOwnUnpacking(map, user) ? 'scratch' : isServed(map, user) ? 'data' : 'code';
  if (heldCodeOf({ path, fd: null }, user) !== null) return roleOfArchive(map, 'data', user);
  return isSmall(map) && (isPassing(map) || isOwnUnpacking(map, user)) ? 'scratch' : 'data';
}

export function classifyFdRole(
  fd: Gone & Pick<FdFinding, 'fd' | 'kind' | 'access' | 'append'>,
  user: User,
): FdFinding['role'] {
  if (fd.kind === 'directory') return 'file';
  if (wasNeverNamed(fd)) return isSmall(fd) ? 'scratch' : 'file';
  const held = fd.access === 'read' && fd.state !== 'unknown' ? heldCodeOf(fd, user) : null;
  if (held === 'archive') return roleOfArchive(fd, 'file', user);
  // A job is handed its script in such a folder, and the script is taken away as soon as it runs.
  if (held === 'script')
    return isPassing(fd) || (fd.state === 'removed' && isInWorkspace(fd.path)) ? 'scratch' : 'code';
  if (isLog(fd)) return 'log';
  // Scratch is read back by its maker: in a folder of a program's own what is only written was meant for somebody else.
  const ownSpill =
    fd.access === 'read_write' && isMadeBy(fd, user) && isInWorkspace(fd.path) && !isDatabaseFile(fd.path);
  return isSmall(fd) && (isPassing(fd) || ownSpill) ? 'scratch' : 'file';
}

/** A server may map what it serves, whatever its name. What a program loads is mapped executable, or its own, or root's. */
function isServed({ executable, ownerUid }: Pick<MapFinding, 'executable' | 'ownerUid'>, user: User): boolean {
  return !executable && ownerUid !== null && ownerUid !== 0 && ownerUid !== user.effectiveUid;
}

/** Never had a name; O_TMPFILE is named by its inode number. open(2). */
function wasNeverNamed({ path, inode }: Gone): boolean {
  return isNeverLinked(path) || isNamedByInode(path, inode);
}

/** Removed from where nothing is meant to stay. */
function isPassing(file: Gone): boolean {
  return wasNeverNamed(file) || (file.state === 'removed' && isTemporary(file.path));
}

function isSmall({ heldBytes }: Gone): boolean {
  return heldBytes === null || heldBytes < scratchLimit;
}

/** Made after the process began, or unlinked before: then it was handed down by the one who had it open, which is a parent. */
function isMadeBy({ state, links, bornAtNs, unlinkedAtNs }: Gone, { startedAtNs }: User): boolean {
  if (state !== 'removed' || links !== 0 || bornAtNs === null || startedAtNs === null) return false;
  return bornAtNs > startedAtNs || (unlinkedAtNs !== null && unlinkedAtNs < startedAtNs - startUncertaintyNs);
}

/** Its own, and either gone as soon as it was there, or in a folder that is for such things. */
function isOwnUnpacking(file: Gone, user: User): boolean {
  if (!isMadeBy(file, user)) return false;
  const { bornAtNs, unlinkedAtNs, path } = file;
  const isBrief = bornAtNs !== null && unlinkedAtNs !== null && unlinkedAtNs - bornAtNs <= unpackingNs;
  return (
    isBrief || (isInWorkspace(path) && bornAtNs !== null && user.startedAtNs !== null && bornAtNs > user.startedAtNs)
  );
}

/**
 * What was there before the process began was installed. What came later may have been deployed, unpacked by the process itself,
 * or, in a folder for builds, be the product that it is working on.
 */
function roleOfArchive<Other>(file: Gone, other: Other, user: User): 'code' | 'scratch' | Other {
  if (isPassing(file) || isOwnUnpacking(file, user)) return 'scratch';
  const isLater = file.bornAtNs !== null && user.startedAtNs !== null && file.bornAtNs > user.startedAtNs;
  return isLater && isInBuildFolder(file.path) ? other : 'code';
}

/**
 * Standard output and error are a log, however they were opened: StandardOutput=append:, file: and truncate: (systemd.exec(5)).
 * Appending alone makes no log, since databases append as well; and what is only read is somebody else's.
 */
function isLog({ path, fd, access, append }: Pick<FdFinding, 'path' | 'fd' | 'access' | 'append'>): boolean {
  if (access !== 'write' && access !== 'read_write') return false;
  const evidence = logEvidence(path);
  if (evidence === 'place') return true;
  // A standard stream needs no such name; a database's file has none.
  if (evidence === null && ((fd !== 1 && fd !== 2) || isDatabaseFile(path))) return false;
  return append === true || access === 'write';
}
