// The findings of one process -> as many as its share of a report has room for, the most telling first. The rest is counted, and
// the bytes that it holds are summed up. So a process with ten thousands of made-up gone files loses some of its own findings, and
// the report of the host stays whole.

import type { Bytes } from '../procfs/bytes.ts';
import type { Identity } from '../procfs/process.ts';
import type { AffectedProcess, FdFinding, MapFinding } from './finding.ts';

/** Room for the findings of one process, in characters of JSON: more than a hundred thousand gone files of ordinary paths. */
const roomOfProcess = 56 << 20;
/** Room for all processes together. A file may stand below its process and its unit, and `fleet` reads reports of up to 256 MiB. */
const roomOfReport = 112 << 20;
/** Length of a finding or a process without its texts. */
const recordLength = 450;
/** Most files whose held bytes are kept although the files are not listed: those that hold most. */
const mostHeld = 100_000;
/** A command line of up to this length is never cut. */
const shortCommand = 4096;

/** The part of one process that is not listed, or not known. It is plain data, which JSON can carry. */
export interface Cut {
  pid: number;
  identity: Identity;
  /** Gone files that are not listed. */
  maps: number;
  fds: number;
  /** Descriptors whose files may be gone or not: it is not known. */
  unreadFds: number;
  /** Listed files whose path was too long. */
  longPaths: number;
  /** Files that are not listed; only those that hold most. */
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

/** Length of a text in JSON: a control character takes six, and an invalid byte one for U+FFFD and two for base64. */
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

/** Orders by three things: it calls for action, it is stale for longest, it holds most. */
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
 * @param unreadFds descriptors whose files may be gone or not
 * @param identity called only if something is cut
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

/** Each file once, however many descriptors it has; only those that hold most. */
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
 * Shares a report fairly: a process that wants less than an equal share gets all it wants, and the others share the rest.
 * @param cuts parts that were cut from single processes before
 * @returns all processes, and all that was cut from them
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

/** The largest share that can be given to all, if they want these lengths. */
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
