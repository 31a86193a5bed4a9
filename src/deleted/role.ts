// A gone file -> its role, the purpose that it has for the process. The role is judged once, for all documents. Evidence of the
// kernel comes first (who made the file, how long it had a name, how large it is, how it is held), evidence of the path last.

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

/** A file that a program unpacks, loads and unlinks has a name for less than this. A file that an upgrade removes had one for days. */
const unpackingNs = 2_000_000_000n;

/**
 * The start of a process is exact to a tick, the boot to a hundredth of a second, and a file's times to the kernel's coarse clock.
 * So a file that seems unlinked just before the start may have been unlinked just after it.
 */
const startUncertaintyNs = 50_000_000n;

interface Gone {
  path: Bytes;
  state: MapFinding['state'];
  links: number | null;
  inode: bigint | null;
  heldBytes: number | null;
  /** Time when the file was made; null if that is not known. */
  bornAtNs: bigint | null;
  /** Time of its last change; it lost its last name then, or earlier. null if it has a name, or nobody can know. */
  unlinkedAtNs: bigint | null;
}

export interface User extends Holder {
  readonly effectiveUid: number;
  /** Time when the process began; null if that is not known. */
  startedAtNs: bigint | null;
}

export function classifyMapRole(
  map: Gone & Pick<MapFinding, 'kind' | 'executable' | 'ownerUid'>,
  user: User,
): MapFinding['role'] {
  const { kind, path } = map;
  // An executable is code wherever it was, because no process makes its own program.
  if (kind === 'executable') return isNeverLinked(path) ? 'scratch' : 'code';
  // A library that the process unpacked is scratch, however large, because a restart unpacks it again.
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
  // A job gets its script in such a folder, and the script is removed as soon as it runs.
  if (held === 'script')
    return isPassing(fd) || (fd.state === 'removed' && isInWorkspace(fd.path)) ? 'scratch' : 'code';
  if (isLog(fd)) return 'log';
  // A process reads its own scratch back. If it only writes a file in a program's own folder, the file was meant for another program.
  const ownSpill =
    fd.access === 'read_write' && isMadeBy(fd, user) && isInWorkspace(fd.path) && !isDatabaseFile(fd.path);
  return isSmall(fd) && (isPassing(fd) || ownSpill) ? 'scratch' : 'file';
}

/** Whether a server maps the file only to serve it. A file that a program loads is mapped executable, or is its own or root's. */
function isServed({ executable, ownerUid }: Pick<MapFinding, 'executable' | 'ownerUid'>, user: User): boolean {
  return !executable && ownerUid !== null && ownerUid !== 0 && ownerUid !== user.effectiveUid;
}

/** Whether the file never had a name. The kernel prints the inode number of an O_TMPFILE. open(2). */
function wasNeverNamed({ path, inode }: Gone): boolean {
  return isNeverLinked(path) || isNamedByInode(path, inode);
}

/** Whether it was removed from a folder where no file is meant to stay. */
function isPassing(file: Gone): boolean {
  return wasNeverNamed(file) || (file.state === 'removed' && isTemporary(file.path));
}

function isSmall({ heldBytes }: Gone): boolean {
  return heldBytes === null || heldBytes < scratchLimit;
}

/** Made after the process began, or unlinked before it: then a parent had the file open and handed it down. */
function isMadeBy({ state, links, bornAtNs, unlinkedAtNs }: Gone, { startedAtNs }: User): boolean {
  if (state !== 'removed' || links !== 0 || bornAtNs === null || startedAtNs === null) return false;
  return bornAtNs > startedAtNs || (unlinkedAtNs !== null && unlinkedAtNs < startedAtNs - startUncertaintyNs);
}

/** Whether the process made the file, and the file was gone at once or in a folder for such files. */
function isOwnUnpacking(file: Gone, user: User): boolean {
  if (!isMadeBy(file, user)) return false;
  const { bornAtNs, unlinkedAtNs, path } = file;
  // A file that was unlinked before its birth lived while the clock was set back: nobody knows for how long.
  const life = bornAtNs === null || unlinkedAtNs === null ? null : unlinkedAtNs - bornAtNs;
  const isBrief = life !== null && life >= 0n && life <= unpackingNs;
  return (
    isBrief || (isInWorkspace(path) && bornAtNs !== null && user.startedAtNs !== null && bornAtNs > user.startedAtNs)
  );
}

/**
 * An archive that was there before the process began was installed. A later one may have been deployed, or unpacked by the process
 * itself. In a folder for builds a later one may be the product that the process works on.
 */
function roleOfArchive<Other>(file: Gone, other: Other, user: User): 'code' | 'scratch' | Other {
  if (isPassing(file) || isOwnUnpacking(file, user)) return 'scratch';
  const isLater = file.bornAtNs !== null && user.startedAtNs !== null && file.bornAtNs > user.startedAtNs;
  return isLater && isInBuildFolder(file.path) ? other : 'code';
}

/**
 * Standard output and error are a log, however they were opened: StandardOutput=append:, file: and truncate: (systemd.exec(5)).
 * Appending alone does not make a log, because databases append as well. A file that is only read is another program's log.
 */
function isLog({ path, fd, access, append }: Pick<FdFinding, 'path' | 'fd' | 'access' | 'append'>): boolean {
  if (access !== 'write' && access !== 'read_write') return false;
  const evidence = logEvidence(path);
  if (evidence === 'place') return true;
  // A standard stream need not have the name of a log, but it must not have the name of a database's file.
  if (evidence === null && ((fd !== 1 && fd !== 2) || isDatabaseFile(path))) return false;
  return append === true || access === 'write';
}
