// The suspicious mappings of one process -> its gone maps, all mappings of one file together.

import type { BigIntStats } from 'node:fs';
import { isLibraryName } from '../path-evidence.ts';
import type { Bytes } from '../procfs/bytes.ts';
import { formatStatDevice, hasOwnDevices, isLayered, isLocal } from '../procfs/file-systems.ts';
import type { Mapping } from '../procfs/maps.ts';
import type { Evidence } from './evidence.ts';
import { factsOf } from './facts.ts';
import { fileKey, type MapFinding } from './finding.ts';
import { parseMarked, renamesOpenFiles } from './gone.ts';
import { classifyMapRole } from './role.ts';
import { classifyGone, unknownLook } from './state.ts';

interface MappedFile {
  name: Bytes;
  mappings: Mapping[];
}

/** @param executable what the exe link says, mark included; a gone program need not be mapped any more */
export function judgeMaps(mappings: readonly Mapping[], executable: Bytes | null, evidence: Evidence): MapFinding[] {
  const findings: MapFinding[] = [];
  const files = groupByFile(mappings, evidence);
  if (executable !== null && !files.some((file) => file.name === executable)) {
    files.push({ name: executable, mappings: [] });
  }
  for (const file of files) {
    const finding = judgeFile(file, file.name === executable, evidence);
    if (finding) findings.push(finding);
  }
  return findings;
}

function groupByFile(mappings: readonly Mapping[], evidence: Evidence): MappedFile[] {
  const files = new Map<string, MappedFile>();
  for (const mapping of mappings) {
    const key = `${mapping.device} ${mapping.inode} ${mapping.path}`;
    const file = files.get(key);
    if (file) file.mappings.push(mapping);
    else files.set(key, { name: unescapeNewlines(mapping, evidence), mappings: [mapping] });
  }
  return [...files.values()];
}

/** show_map_vma() writes a newline as \012, and a literal backslash-012 as itself: map_files knows which, where we may read it. */
function unescapeNewlines(mapping: Mapping, evidence: Evidence): Bytes {
  if (!mapping.path.includes('\\012')) return mapping.path;
  return evidence.process.readMappingLink(mapping.range) ?? mapping.path.replaceAll('\\012', '\n');
}

function judgeFile(file: MappedFile, isProgram: boolean, evidence: Evidence): MapFinding | null {
  const marked = parseMarked(file.name);
  if (marked === null) return null;
  const { path } = marked;
  const first = file.mappings[0];
  const hidden = evidence.match(path, 'map', first?.inode ?? null);
  if (hidden?.memory) {
    evidence.hide({ rule: hidden, via: 'map', heldBytes: null, file: null });
    return null;
  }
  const mountPath = evidence.view.mountPath(path);
  const mount = mountPath === null ? null : evidence.view.mounts.of(mountPath);
  const fsType = mount?.fsType ?? '';
  const stat = statFile(file, isProgram, fsType, evidence);
  const facts = factsOf(stat, isLayered(fsType) ? evidence : null);
  const { links, heldBytes } = facts;
  // stat's device first: an fd of the same file has it too, and on btrfs and overlayfs maps names another one.
  const device = facts.device ?? first?.device ?? null;
  const inode = first?.inode ?? facts.inode;
  if (hidden) {
    evidence.hide({ rule: hidden, via: 'map', heldBytes, file: fileKey({ device, inode }) });
    return null;
  }
  const inodeDecides = first === undefined || hasOwnDevices(fsType);
  // A file mapped from a mount of another namespace, or from one lazily unmounted, prints a path that means nothing here.
  const here = first === undefined ? stat !== null : inodeDecides || evidence.isLocalDevice(first.device);
  const gone = classifyGone({
    name: file.name,
    marked,
    links,
    unlinkedAtNs: facts.unlinkedAtNs,
    renamesOpenFiles: renamesOpenFiles(marked, fsType),
    look: (at) => (here ? evidence.view.look(at) : unknownLook),
    isSame: (now) =>
      inode === null ? null : now.inode === inode && (inodeDecides || formatStatDevice(now.device) === device),
  });
  if (gone === null) return null;
  const executable = file.mappings.some((mapping) => mapping.executable);
  const kind = isProgram ? 'executable' : executable || isLibraryName(path) ? 'library' : 'data';
  const role = classifyMapRole({ path, kind, state: gone.state, ...facts, inode }, evidence);
  return {
    path,
    ...gone,
    kind,
    role,
    ...facts,
    device,
    inode,
    fsType: mount?.fsType ?? null,
    mappings: file.mappings.length,
    mappedBytes: file.mappings.reduce((sum, mapping) => sum + mapping.sizeBytes, 0),
    executable,
  };
}

/** stat of the mapped file, only where its mount and its device are local: a lazily unmounted FUSE file prints a harmless path. */
function statFile(file: MappedFile, isProgram: boolean, fsType: Bytes, evidence: Evidence): BigIntStats | null {
  const first = file.mappings[0];
  if (!isLocal(fsType)) return null;
  if (first) {
    if (!evidence.isLocalDevice(first.device)) return null;
    // overlayfs maps the files of its layers through mounts of its own, which no mountinfo lists.
    const layered = hasOwnDevices(fsType);
    const isLocalMount = (id: number) => evidence.isLocalMount(id) || (layered && evidence.mountById(id) === null);
    const read = () => evidence.process.statMapping(first.range, isLocalMount);
    // Another file may have been mapped there since. Where that cannot be told it is this process's own affair.
    if (layered) return read();
    return evidence.cached(`${first.device} ${first.inode}`, () => {
      const stat = read();
      return stat?.ino === first.inode && formatStatDevice(stat.dev) === first.device ? stat : null;
    });
  }
  return isProgram ? evidence.process.statExecutable(evidence.isLocalMount) : null;
}
