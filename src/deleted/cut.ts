// The findings of one process -> as many as its share of a report has room for, the most telling first; the others are counted, and
// what they hold is summed up all the same. So a process that makes up gone files by the ten thousand costs its own findings, and
// never the report of the host.

import type { Bytes } from '../procfs/bytes.ts';
import type { Identity } from '../procfs/process.ts';
import type { AffectedProcess, FdFinding, MapFinding } from './finding.ts';

/** The findings of one process that are listed at most, in characters of JSON: more than a hundred thousand gone files of ordinary paths. */
const roomOfProcess = 56 << 20;
/** The same for all processes together. A file may stand by its process and by its unit, and `fleet` reads reports of up to 256 MiB. */
const roomOfReport = 112 << 20;
/** A finding, but for its texts; a process as well. */
const recordLength = 450;
/** The number of files that are not listed and whose held bytes are kept all the same: those that hold most. */
const mostHeld = 100_000;
/** So many characters a command line keeps in any case. */
const shortCommand = 4096;

/** The part of one process that is not listed, or not known. It is plain data, which JSON can carry. */
export interface Cut {
  pid: number;
  identity: Identity;
  /** Gone files that are not listed. */
  maps: number;
  fds: number;
  /** Descriptors of which it is not known whether their files are gone. */
  unreadFds: number;
  /** Listed files whose path was too long. */
  longPaths: number;
  /** The files that are not listed and hold most. */
  held: readonly HeldFile[];
}

export interface HeldFile {
  device: string | null;
  inode: string | null;
  heldBytes: number;
  fsType: string | null;
}

type Found = Pick<AffectedProcess, 'maps' | 'fds'>;
type Finding = MapFinding | FdFinding;

const isShortened = ({ path, pathSource }: Finding): boolean => pathSource === 'none' && path.startsWith('(path of ');

/** As JSON has it: a control takes six characters, and a byte that is no UTF-8 one of U+FFFD and two of base64. */
function lengthOf(text: Bytes | null): number {
  if (text === null) return 0;
  return /^[\x20-\x7e]*$/.test(text) ? text.length : text.length * 6;
}

const findingLength = (finding: Finding): number =>
  recordLength +
  lengthOf(finding.path) +
  lengthOf(finding.fsType) +
  ('mountPoint' in finding ? lengthOf(finding.mountPoint) : 0);

const ranks: readonly Finding['role'][] = ['code', 'log', 'file', 'data', 'scratch'];

/** By what calls for something, what is stale for longest, and what holds most. */
function byWeight(a: Finding, b: Finding): number {
  const since = (finding: Finding) => finding.replacedAtNs ?? 1n << 64n;
  const [ours, theirs] = [since(a), since(b)];
  return (
    ranks.indexOf(a.role) - ranks.indexOf(b.role) ||
    (ours < theirs ? -1 : ours > theirs ? 1 : 0) ||
    (b.heldBytes ?? 0) - (a.heldBytes ?? 0)
  );
}

/** Splits the findings of one process into those that are listed, in their order, and those that are not. */
function fit({ maps, fds }: Found, room: number): Found & { left: Finding[] } {
  const left = new Set<Finding>();
  let length = 0;
  for (const finding of [...maps, ...fds].sort(byWeight)) {
    length += findingLength(finding);
    if (length > room) left.add(finding);
  }
  const isListed = (finding: Finding) => !left.has(finding);
  return { maps: maps.filter(isListed), fds: fds.filter(isListed), left: [...left] };
}

/**
 * @param unreadFds the descriptors of which it is not known whether their files are gone
 * @param identity asked only if something is cut
 */
export function cutFindings(
  pid: number,
  found: Found,
  unreadFds: number,
  identity: () => Identity,
  room = roomOfProcess,
): Found & { cut: Cut | null } {
  const all = [...found.maps, ...found.fds];
  const longPaths = all.filter(isShortened).length;
  const isTooMuch = all.reduce((sum, finding) => sum + findingLength(finding), 0) > room;
  if (!isTooMuch) {
    const cut = unreadFds + longPaths === 0 ? null : { ...nothing, pid, identity: identity(), unreadFds, longPaths };
    return { ...found, cut };
  }
  const { maps, fds, left } = fit(found, room);
  const cut: Cut = {
    pid,
    identity: identity(),
    maps: found.maps.length - maps.length,
    fds: found.fds.length - fds.length,
    unreadFds,
    longPaths: [...maps, ...fds].filter(isShortened).length,
    held: heldFiles(left),
  };
  return { maps, fds, cut };
}

/** Each once, as many descriptors as it may have. */
function heldFiles(findings: readonly Finding[]): HeldFile[] {
  const files = new Map<string, HeldFile>();
  for (const { device, inode, heldBytes, fsType } of findings) {
    if (heldBytes && inode !== null)
      files.set(`${device} ${inode}`, { device, inode: String(inode), heldBytes, fsType });
  }
  return [...files.values()].sort((a, b) => b.heldBytes - a.heldBytes).slice(0, mostHeld);
}

const nothing = { maps: 0, fds: 0, held: [] } as const;

/**
 * Fair shares of a report: who wants less than an equal part of it gets all, and what is left is the others'.
 * @param cuts what was cut of a process alone
 * @returns all processes, and what is cut of them in all
 */
export function cutToReport<P extends AffectedProcess>(
  processes: readonly P[],
  cuts: readonly Cut[],
  room = roomOfReport,
): { processes: P[]; cuts: Cut[] } {
  const lengths = processes.map(processLength);
  const share = fairShare(lengths, room);
  const byPid = new Map(cuts.map((cut) => [cut.pid, cut]));
  const fitted = processes.map((process, index) => {
    if (lengths[index]! <= share) return process;
    const { pid } = process;
    const identity = shortenCommand(process.identity);
    const rest = Math.max(share - recordLength - lengthOf(identity.commandLine), recordLength);
    const { maps, fds, cut } = cutFindings(pid, process, 0, () => identity, rest);
    const before = byPid.get(pid);
    if (cut !== null) byPid.set(pid, before === undefined ? cut : add(before, cut));
    return { ...process, identity, maps, fds };
  });
  return { processes: fitted, cuts: [...byPid.values()].sort((a, b) => a.pid - b.pid) };
}

function processLength({ identity, maps, fds }: AffectedProcess): number {
  const findings = [...maps, ...fds].reduce((sum, finding) => sum + findingLength(finding), 0);
  return recordLength + lengthOf(identity.commandLine) + findings;
}

/** The largest part that all can have who want so much. */
function fairShare(lengths: readonly number[], room: number): number {
  const rising = [...lengths].sort((a, b) => a - b);
  let left = room;
  for (const [index, length] of rising.entries()) {
    const share = left / (rising.length - index);
    if (length > share) return share;
    left -= length;
  }
  return Number.POSITIVE_INFINITY;
}

function shortenCommand(identity: Identity): Identity {
  const { commandLine } = identity;
  if (commandLine.length <= shortCommand) return identity;
  return { ...identity, commandLine: commandLine.slice(0, shortCommand), commandTruncated: true };
}

function add(a: Cut, b: Cut): Cut {
  return {
    ...a,
    maps: a.maps + b.maps,
    fds: a.fds + b.fds,
    longPaths: b.longPaths,
    held: [...a.held, ...b.held],
  };
}
