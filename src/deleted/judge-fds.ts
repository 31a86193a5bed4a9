// The suspicious descriptors of one process -> its descriptors of gone files.

import type { BigIntStats } from 'node:fs';
import type { Bytes } from '../procfs/bytes.ts';
import { isKernelMade, isLayered, isLocal } from '../procfs/file-systems.ts';
import type { Mount } from '../procfs/mountinfo.ts';
import type { FdLink } from '../procfs/process.ts';
import { scratchLimit } from '../sizes.ts';
import { longestPath } from './cut.ts';
import type { Evidence } from './evidence.ts';
import { type FileFacts, factsOf } from './facts.ts';
import { type FdFinding, fileKey } from './finding.ts';
import { type Marked, parseMarked, renamesOpenFiles } from './gone.ts';
import { isNameless, type Name, nameByInode } from './nameless.ts';
import { lookAt, placeByMount } from './place.ts';
import { classifyFdRole } from './role.ts';
import { fixedRules, type Rule } from './rules.ts';
import { classifyGone, type GoneState } from './state.ts';

/** Stands for a path that is longer than the kernel prints (a page); such a descriptor is gone if no link is left. */
const unprintable = '(path too long to read)';

/** `unread` counts the descriptors of which neither a path nor the links of the file tell whether it is gone. */
export function judgeFds(links: readonly FdLink[], evidence: Evidence): { findings: FdFinding[]; unread: number } {
  const findings: FdFinding[] = [];
  let unread = 0;
  for (const { fd, link } of links) {
    const marked: Marked | null = link === null ? { mark: 'suffix', path: unprintable } : parseMarked(link);
    const finding = marked && judgeFd(fd, link, marked, evidence);
    if (finding === 'unread') unread++;
    else if (finding) findings.push(finding);
  }
  return { findings, unread };
}

function judgeFd(fd: number, link: Bytes | null, marked: Marked, evidence: Evidence): FdFinding | 'unread' | null {
  const { path } = marked;
  const memory = evidence.match(path, 'fd', null);
  if (memory?.memory) {
    evidence.hide({ rule: memory, via: 'fd', heldBytes: null, file: null });
    return null;
  }
  const info = evidence.process.readFdInfo(fd);
  const mount = info && evidence.mountById(info.mountId);
  const fsType = mount?.fsType ?? '';
  const stat = isLocal(fsType) ? (evidence.process.glimpseFd(fd, evidence.isLocalMount)?.stat ?? null) : null;
  const facts = factsOf(stat, isLayered(fsType) ? evidence : null);
  const inode = facts.inode ?? info?.inode ?? null;
  const hidden = evidence.match(path, 'fd', inode) ?? ruleForFile(fsType, stat);
  if (hidden && !isTooLargeToHide(hidden, facts)) {
    evidence.hide({ rule: hidden, via: 'fd', heldBytes: facts.heldBytes, file: fileKey({ ...facts, inode }) });
    return null;
  }
  if (link === null && facts.links === null) return 'unread';
  const gone = link === null ? judgeUnprintable(facts) : judgePath(link, marked, { mount, stat, facts }, evidence);
  if (gone === null) return null;
  const finding = {
    fd,
    ...nameOf(link, path, inode, facts),
    ...gone,
    kind: kindOf(stat),
    ...facts,
    inode,
    sizeBytes: stat ? Number(stat.size) : null,
    access: info?.access ?? null,
    append: info?.append ?? null,
    mountPoint: mount !== null && mount.mountPoint.length <= longestPath ? mount.mountPoint : null,
    fsType: mount?.fsType ?? null,
  };
  return { ...finding, role: classifyFdRole(finding, evidence) };
}

/** That a file never had a name says that nobody replaced it, and not that a disk which it fills is as it should be. */
function isTooLargeToHide({ ownInode }: Rule, { heldBytes }: FileFacts): boolean {
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

/** The rule that hides a descriptor because of what its file is, whatever the file's name. */
function ruleForFile(fsType: Bytes, stat: BigIntStats | null): Rule | null {
  if (isKernelMade(fsType)) return fixedRules.kernelFileSystem;
  return stat !== null && !stat.isFile() && !stat.isDirectory() ? fixedRules.specialFile : null;
}

/** A file whose path is too long to read is gone if it has no link left; nothing else can be known. */
function judgeUnprintable({ links, unlinkedAtNs }: FileFacts): GoneState | null {
  return links === 0 ? { state: 'unknown', replacedAtNs: unlinkedAtNs } : null;
}

interface OpenFile {
  mount: Mount | null;
  stat: BigIntStats | null;
  facts: FileFacts;
}

function judgePath(
  name: Bytes,
  marked: Marked,
  { mount, stat, facts }: OpenFile,
  evidence: Evidence,
): GoneState | null {
  const place = mount && placeByMount(marked.path, mount.id, evidence);
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
