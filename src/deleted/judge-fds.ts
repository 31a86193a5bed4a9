// The suspicious descriptors of one process -> its descriptors of gone files.

import type { BigIntStats } from 'node:fs';
import type { Bytes } from '../procfs/bytes.ts';
import { isKernelMade, isLayered } from '../procfs/file-systems.ts';
import type { OpenFile } from '../procfs/hold.ts';
import type { FdLink } from '../procfs/process.ts';
import { scratchLimit } from '../sizes.ts';
import type { Evidence } from './evidence.ts';
import { type FileFacts, factsOf } from './facts.ts';
import { type FdFinding, fileKey } from './finding.ts';
import { classifyGone, type GoneState } from './gone.ts';
import { fixedRules, type HideRule } from './hide-rules.ts';
import { longestPath } from './long-path.ts';
import { type Marked, parseMarked, renamesOpenFiles } from './mark.ts';
import { isNameless, type Name, nameByInode } from './nameless.ts';
import { isOnHost, lookAt, type Place, placeByMount } from './place.ts';
import { classifyFdRole } from './role.ts';

/** Stands for a path that is longer than the kernel can print (a page). Such a descriptor is gone if its file has no link left. */
const unprintable = '(path too long to read)';

/** `unread` counts descriptors for which neither a path nor the file's links tell whether the file is gone. */
export function judgeFds(links: readonly FdLink[], evidence: Evidence): { findings: FdFinding[]; unread: number } {
  const findings: FdFinding[] = [];
  let unread = 0;
  for (const { fd, link } of links) {
    const finding = isMemory(link, evidence) ? null : judgeFd(fd, link, evidence);
    if (finding === 'unread') unread++;
    else if (finding) findings.push(finding);
  }
  return { findings, unread };
}

function markOf(link: Bytes | null): Marked | null {
  return link === null ? { mark: 'suffix', path: unprintable } : parseMarked(link);
}

/** Whether a rule hides the file because it is in memory only. Such a file is not looked at. */
function isMemory(link: Bytes | null, evidence: Evidence): boolean {
  const marked = markOf(link);
  const rule = marked && evidence.match(marked.path, 'fd', null);
  if (!rule?.memory) return false;
  evidence.hide({ rule, via: 'fd', heldBytes: null, file: null });
  return true;
}

/** The facts about a descriptor that could not be held: it was closed, or we may not read it. */
const unheld = { mountId: null, mount: null, stat: null, inode: null, access: null };

/** @param listed the link at the time of the listing; another file may be open there now */
function judgeFd(fd: number, listed: Bytes | null, evidence: Evidence): FdFinding | 'unread' | null {
  const { process } = evidence;
  const open: OpenFile = process.glimpseFd(fd, evidence.mountOf) ?? { ...unheld, link: listed };
  const { link, mount, stat } = open;
  if (link !== listed && isMemory(link, evidence)) return null;
  const marked = markOf(link);
  if (marked === null) return null;
  const { path } = marked;
  const fsType = mount?.fsType ?? '';
  const facts = factsOf(stat, isLayered(fsType) ? evidence : null);
  const inode = facts.inode ?? open.inode;
  const hidden = evidence.match(path, 'fd', inode) ?? ruleForFile(fsType, stat);
  if (hidden && !isTooLargeToHide(hidden, facts)) {
    evidence.hide({ rule: hidden, via: 'fd', heldBytes: facts.heldBytes, file: fileKey({ ...facts, inode }) });
    return null;
  }
  if (link === null && facts.links === null) return 'unread';
  const place = mount && link !== null ? placeByMount(path, mount, evidence) : null;
  const gone =
    link === null ? judgeUnprintable(facts) : judgePath(link, marked, { mount, stat, facts, place }, evidence);
  if (gone === null) return null;
  const name = nameOf(link, path, inode, facts);
  const finding = {
    fd,
    ...name,
    ...gone,
    kind: kindOf(stat),
    ...facts,
    inode,
    sizeBytes: stat ? Number(stat.size) : null,
    access: open.access,
    append: readAppend(fd, open, process),
    mountPoint: mount !== null && mount.mountPoint.length <= longestPath ? mount.mountPoint : null,
    onHost: isOnHost(name, place, evidence.ownView),
    fsType: mount?.fsType ?? null,
  };
  return { ...finding, role: classifyFdRole(finding, evidence) };
}

/**
 * Whether the descriptor appends. Only the process's own fdinfo tells that. It is read last, and not if the descriptor cannot
 * write or the file is known not to be a regular file. null if another file is open there now.
 */
function readAppend(fd: number, open: OpenFile, process: Evidence['process']): boolean | null {
  if (open.access === 'read' || open.access === 'path') return false;
  if (open.access === null || (open.stat !== null && !open.stat.isFile())) return null;
  const info = process.readFdInfo(fd, open.link);
  return info?.mountId === open.mountId && info?.inode === open.inode ? (info?.append ?? null) : null;
}

/** A large file may fill a disk. A file that never had a name was not replaced, but its size still matters. */
function isTooLargeToHide({ ownInode }: HideRule, { heldBytes }: FileFacts): boolean {
  return ownInode === true && heldBytes !== null && heldBytes >= scratchLimit;
}

function nameOf(link: Bytes | null, path: Bytes, inode: bigint | null, { device }: FileFacts): Name {
  if (isNameless(path)) return nameByInode(inode, device);
  return { path, pathSource: link === null ? 'none' : 'kernel' };
}

function kindOf(stat: BigIntStats | null): FdFinding['kind'] {
  if (stat === null) return 'unknown';
  return stat.isDirectory() ? 'directory' : 'regular';
}

/** The rule that hides a descriptor because of the kind of its file, whatever the file's name. */
function ruleForFile(fsType: Bytes, stat: BigIntStats | null): HideRule | null {
  if (isKernelMade(fsType)) return fixedRules.kernelFileSystem;
  return stat !== null && !stat.isFile() && !stat.isDirectory() ? fixedRules.specialFile : null;
}

/** A file whose path is too long to read is gone if it has no link left. Nothing else can be known. */
function judgeUnprintable({ links, unlinkedAtNs }: FileFacts): GoneState | null {
  return links === 0 ? { state: 'unknown', replacedAtNs: unlinkedAtNs } : null;
}

function judgePath(
  name: Bytes,
  marked: Marked,
  { mount, stat, facts, place }: Pick<OpenFile, 'mount' | 'stat'> & { facts: FileFacts; place: Place | null },
  evidence: Evidence,
): GoneState | null {
  return classifyGone({
    name,
    marked,
    links: facts.links,
    unlinkedAtNs: facts.unlinkedAtNs,
    renamesOpenFiles: renamesOpenFiles(marked, mount?.fsType ?? ''),
    look: (at) => lookAt(at, place, evidence.ownView),
    isSame: (now) => (stat === null ? null : now.inode === stat.ino && now.device === stat.dev),
  });
}
