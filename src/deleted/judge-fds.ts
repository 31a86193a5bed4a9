// The suspicious descriptors of one process -> its descriptors of gone files.

import type { Bytes } from '../procfs/bytes.ts';
import { formatStatDevice, isFuse, isKernelMade, isLocal, isNfs } from '../procfs/file-systems.ts';
import type { FdLink } from '../procfs/process.ts';
import type { Evidence } from './evidence.ts';
import { type FdFinding, fileKey } from './finding.ts';
import { type Marked, parseMarked } from './gone.ts';
import { birth } from './judge-maps.ts';
import { classifyFdRole } from './role.ts';
import { fixedRules } from './rules.ts';
import { classifyGone, unknownLook } from './state.ts';

/** What stands for a path that is longer than the kernel prints; such a descriptor is gone when no link is left. */
const unprintable = '(path too long to read)';

/** `failed` counts the descriptors whose path could not be read. */
export function judgeFds(links: readonly FdLink[], evidence: Evidence): { findings: FdFinding[]; failed: number } {
  const findings: FdFinding[] = [];
  let failed = 0;
  for (const { fd, link } of links) {
    if (link === null) failed++;
    const marked: Marked | null = link === null ? { mark: 'suffix', path: unprintable } : parseMarked(link);
    const finding = marked && judgeFd(fd, link, marked, evidence);
    if (finding) findings.push(finding);
  }
  return { findings, failed };
}

function judgeFd(fd: number, link: Bytes | null, marked: Marked, evidence: Evidence): FdFinding | null {
  const { path } = marked;
  const memory = evidence.match(path, 'fd', null);
  if (memory?.memory) {
    evidence.hide({ rule: memory, via: 'fd', heldBytes: null, file: null });
    return null;
  }
  const info = evidence.process.readFdInfo(fd);
  const mount = info ? evidence.mountById(info.mountId) : null;
  const local = mount !== null && isLocal(mount.fsType);
  const stat = local ? evidence.process.statFd(fd, evidence.isLocalMount) : null;
  const inode = stat?.ino ?? info?.inode ?? null;
  const device = stat ? formatStatDevice(stat.dev) : null;
  const links = stat ? Number(stat.nlink) : null;
  const heldBytes = stat ? (stat.nlink === 0n ? Number(stat.blocks) * 512 : 0) : null;
  const special = stat !== null && !stat.isFile() && !stat.isDirectory();
  const hidden =
    evidence.match(path, 'fd', inode) ??
    (mount !== null && isKernelMade(mount.fsType)
      ? fixedRules.kernelFileSystem
      : special
        ? fixedRules.specialFile
        : null);
  if (hidden) {
    evidence.hide({ rule: hidden, via: 'fd', heldBytes, file: fileKey({ device, inode }) });
    return null;
  }
  const gone =
    link === null
      ? links === 0
        ? { state: 'unknown' as const, replacedAtNs: null }
        : null
      : classifyGone(
          link,
          marked,
          // A file on a mount of another namespace, or on one lazily unmounted, prints a path that means nothing here.
          (at) => (mount !== null && evidence.view.mounts.byId(mount.id) ? evidence.view.look(at) : unknownLook),
          (now) => (stat === null ? null : now.inode === stat.ino && now.device === stat.dev),
          links,
          mount !== null && (marked.mark === 'nfs' ? isNfs(mount.fsType) : isFuse(mount.fsType)),
        );
  if (gone === null) return null;
  const finding = {
    fd,
    path,
    ...gone,
    kind: stat === null ? ('unknown' as const) : stat.isDirectory() ? ('directory' as const) : ('regular' as const),
    device,
    inode,
    links,
    heldBytes,
    bornAtNs: birth(stat),
    sizeBytes: stat ? Number(stat.size) : null,
    access: info?.access ?? null,
    append: info?.append ?? null,
    mountPoint: mount?.mountPoint ?? null,
    fsType: mount?.fsType ?? null,
  };
  return { ...finding, role: classifyFdRole(finding, evidence.startedAtNs) };
}
