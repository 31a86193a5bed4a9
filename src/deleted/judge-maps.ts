// The suspicious mappings of one process -> its gone maps. All mappings of one file become one finding.

import type { BigIntStats } from 'node:fs';
import { groupBy } from '../group-by.ts';
import { keyMaker } from '../keys.ts';
import { isLibraryName } from '../path-evidence.ts';
import type { Bytes } from '../procfs/bytes.ts';
import { formatStatDevice, hasOwnDevices, isLayered } from '../procfs/file-systems.ts';
import type { Glimpse } from '../procfs/hold.ts';
import type { Mapping } from '../procfs/maps.ts';
import type { Evidence } from './evidence.ts';
import { type FileFacts, factsOf } from './facts.ts';
import { fileKey, type MapFinding } from './finding.ts';
import { classifyGone, type GoneState } from './gone.ts';
import { inferProgram } from './infer-program.ts';
import { longestPath, shortenPath } from './long-path.ts';
import { type Marked, parseMarked, renamesOpenFiles } from './mark.ts';
import { isNameless, type Name, nameByInode } from './nameless.ts';
import { guessPlace, isOnHost, lookAt, type Place, placeByMount, placeByPath } from './place.ts';
import { classifyMapRole } from './role.ts';

interface MappedFile {
  name: Bytes;
  mappings: Mapping[];
}

/** @param executable the text of the exe link with the mark; a gone program need not be mapped any more */
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
  const keyOf = keyMaker();
  const files = groupBy(mappings, ({ device, inode, path }) => keyOf(device, String(inode), path));
  return [...files.values()].map((group) => ({ name: unescapeNewlines(group[0]!, evidence), mappings: group }));
}

/** show_map_vma() prints a newline as \012, and a literal backslash-012 the same way. map_files shows which, if we may read it. */
function unescapeNewlines(mapping: Mapping, evidence: Evidence): Bytes {
  if (!mapping.path.includes('\\012')) return mapping.path;
  return evidence.process.readMappingLink(mapping.range) ?? mapping.path.replaceAll('\\012', '\n');
}

function judgeFile(file: MappedFile, isProgram: boolean, evidence: Evidence): MapFinding | null {
  const marked = parseMarked(file.name);
  if (marked === null) return null;
  const first = file.mappings[0];
  const { path, pathSource } = nameOf(marked.path, first, isProgram, evidence);
  const hidden = evidence.match(path, 'map', first?.inode ?? null);
  if (hidden?.memory) {
    evidence.hide({ rule: hidden, via: 'map', heldBytes: null, file: null });
    return null;
  }
  const located = pathSource === 'kernel' ? locate(file, path, isProgram, evidence) : guess(path, first, evidence);
  const facts = mappedFacts(first, located, evidence);
  if (hidden) {
    evidence.hide({ rule: hidden, via: 'map', heldBytes: facts.heldBytes, file: fileKey(facts) });
    return null;
  }
  const gone = judgePath(file, { mark: marked.mark, path }, located.place, facts, evidence);
  if (gone === null) return null;
  const executable = file.mappings.some((mapping) => mapping.executable);
  const kind = isProgram ? 'executable' : executable || isLibraryName(path) ? 'library' : 'data';
  const role = classifyMapRole({ path, kind, executable, state: gone.state, ...facts }, evidence);
  return {
    path,
    pathSource,
    ...gone,
    kind,
    role,
    ...facts,
    onHost: isOnHost({ path, pathSource }, located.place, evidence.ownView),
    fsType: located.place?.mount.fsType ?? null,
    mappings: file.mappings.length,
    mappedBytes: file.mappings.reduce((sum, mapping) => sum + mapping.sizeBytes, 0),
    executable,
  };
}

/**
 * Takes the device of stat first: a descriptor of the same file has it too, and on btrfs and overlayfs maps prints another one.
 * Takes the inode of maps first: stat may show a file that was mapped there later.
 */
function mappedFacts(first: Mapping | undefined, { place, stat }: Located, evidence: Evidence): FileFacts {
  const facts = factsOf(stat, isLayered(place?.mount.fsType ?? '') ? evidence : null);
  return { ...facts, device: facts.device ?? first?.device ?? null, inode: first?.inode ?? facts.inode };
}

function judgePath(
  { name, mappings }: MappedFile,
  marked: Marked,
  place: Place | null,
  { device, inode, links, unlinkedAtNs }: FileFacts,
  evidence: Evidence,
): GoneState | null {
  const fsType = place?.mount.fsType ?? '';
  const inodeDecides = mappings.length === 0 || hasOwnDevices(fsType);
  return classifyGone({
    name,
    marked,
    links,
    unlinkedAtNs,
    renamesOpenFiles: renamesOpenFiles(marked, fsType),
    look: (at) => lookAt(at, place, evidence.ownView),
    isSame: (now) =>
      inode === null ? null : now.inode === inode && (inodeDecides || formatStatDevice(now.device) === device),
  });
}

function nameOf(path: Bytes, first: Mapping | undefined, isProgram: boolean, evidence: Evidence): Name {
  if (path.length > longestPath) {
    return { path: shortenPath(path, first?.inode ?? null, first?.device ?? null), pathSource: 'none' };
  }
  if (!isNameless(path)) return { path, pathSource: 'kernel' };
  return (isProgram ? inferProgram(evidence) : null) ?? nameByInode(first?.inode ?? null, first?.device ?? null);
}

interface Located {
  /** null if the file is on no known mount, so that its path means nothing. */
  place: Place | null;
  /** null if the file may not be looked at. */
  stat: BigIntStats | null;
}

const nowhere: Located = { place: null, stat: null };

function guess(path: Bytes, first: Mapping | undefined, evidence: Evidence): Located {
  return { place: first ? guessPlace(path, first.device, evidence) : null, stat: null };
}

/**
 * Finds the mount of the file. The path names it, unless the mount is covered, detached or in another namespace. map_files is
 * more certain, if we may read it. It is read only if the file seems to be local, because even opening a file of NFS may hang.
 */
function locate(file: MappedFile, path: Bytes, isProgram: boolean, evidence: Evidence): Located {
  const byPath = placeByPath(path, evidence);
  const first = file.mappings[0];
  const layered = byPath !== null && hasOwnDevices(byPath.mount.fsType);
  if (byPath !== null && !byPath.view.mounts.isLocal(byPath.mount)) return { place: byPath, stat: null };
  if (first === undefined) {
    const seen = isProgram && byPath ? evidence.process.glimpseExecutable(evidence.mountOf) : null;
    return seen ? { place: placeByMount(path, seen.mount, evidence), stat: seen.stat } : nowhere;
  }
  // A file on a lazily unmounted FUSE has a harmless path, but no local mount has its device.
  if (!evidence.isLocalDevice(first.device)) return { place: layered ? byPath : null, stat: null };
  const otherwise = () => (layered ? byPath : guessPlace(path, first.device, evidence));
  const seen = glimpseMapping(file, first, layered, evidence);
  if (seen === null) return { place: byPath ?? otherwise(), stat: null };
  return { place: placeByMount(path, seen.mount, evidence) ?? otherwise(), stat: seen.stat };
}

function glimpseMapping(file: MappedFile, first: Mapping, layered: boolean, evidence: Evidence): Glimpse | null {
  const read = () => evidence.process.glimpseMapping(first.range, evidence.mountOf);
  // Another file may be mapped there by now. If that cannot be told, the glimpse is used for this process only.
  if (layered) return read();
  return evidence.cached({ device: first.device, inode: first.inode, path: file.name }, () => {
    const seen = read();
    if (seen === null || seen.stat === null) return seen;
    return seen.stat.ino === first.inode && formatStatDevice(seen.stat.dev) === first.device ? seen : null;
  });
}
