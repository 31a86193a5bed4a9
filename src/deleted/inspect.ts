// One process -> its findings, or the reason why there are none. The findings are valid if the process lives to the end with
// the same executable. exec(2) keeps the start time, so only the exe link shows that the program was exchanged half-way.

import { type KeyOf, keyMaker } from '../keys.ts';
import { mayBeOutdated } from '../outdated/interpreters.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Glimpse } from '../procfs/hold.ts';
import { type Identity, OpenProcess } from '../procfs/process.ts';
import { type QuickLook, quickLook, type Suspicious, worse } from '../procfs/quick-look.ts';
import { orNull, readBytes, type Trouble, troubleOf } from '../procfs/reader.ts';
import type { View } from '../procfs/view.ts';
import type { Views } from '../procfs/views.ts';
import { BuildNotes } from './build-notes.ts';
import { cutFindings } from './cut.ts';
import type { Evidence } from './evidence.ts';
import type { AffectedProcess, MapFinding } from './finding.ts';
import { compileRules, type HideRule, type HideRuleMatcher } from './hide-rules.ts';
import { inferProgram } from './infer-program.ts';
import { cleanScript, type Inspection, unaffectedAs } from './inspection.ts';
import { judgeFds } from './judge-fds.ts';
import { judgeMaps } from './judge-maps.ts';
import { parseMarked } from './mark.ts';
import { isNameless, nameByInode } from './nameless.ts';
import type { HiddenUse } from './suppressed.ts';

export type { AffectedProcess } from './finding.ts';
export type { Inspection } from './inspection.ts';

/** The options that are the same for every process. They are plain data, so that a helper can be given them. */
export interface InspectTask {
  procPath: string;
  include: { maps: boolean; fds: boolean };
  rules: readonly HideRule[];
  /** Whether to read the build's notes in gone code. */
  buildNotes?: boolean;
  /** Time at which the boot clock was 0, in nanoseconds since the epoch; null if it is not known. */
  bootedAtNs: bigint | null;
  clockTicksPerSecond: number;
}

interface KnownFiles {
  keyOf: KeyOf;
  glimpses: Map<string, Glimpse>;
}

interface InspectOptions extends InspectTask {
  match: HideRuleMatcher;
  views: Views;
  notes: BuildNotes;
  /** Glimpses of mapped files by path, device and inode; processes with the same view share them. */
  mappedFiles: WeakMap<View, KnownFiles>;
  /** Called when a process has very many files to judge, before they are judged. */
  onMany: () => void;
}

/** In files that may be gone. Up to here a process takes a hundredth of a second. */
const many = 500;

const outcomes: Partial<Record<QuickLook['kind'], Inspection['outcome']>> = {
  clean: 'inspected',
  kernel_thread: 'kernel_threads',
};

/** If a process exchanges its program this many times during a read, it counts as failed. */
const attempts = 3;

export class Inspector {
  readonly #options: InspectOptions;
  /** Whether to skip the quick look: after an affected process the next one probably maps the same replaced library. */
  #expectsLong = false;

  /** @param onMany called when a process has hundreds of files to judge, before they are judged */
  constructor(task: InspectTask, views: Views, onMany: () => void = () => {}) {
    this.#options = {
      ...task,
      onMany,
      match: compileRules(task.rules),
      views,
      notes: new BuildNotes(),
      mappedFiles: new WeakMap(),
    };
  }

  /** @param folder of the process, if a shorter path than that in procfs leads to it: the current folder */
  inspect(pid: number, folder = `${this.#options.procPath}/${pid}`): Inspection {
    const inspection =
      (this.#expectsLong ? inspectAtOnce(pid, this.#options) : null) ?? inspectProcess(pid, folder, this.#options);
    this.#expectsLong = inspection.affected !== null || inspection.hidden.length > 0;
    return inspection;
  }
}

/** Reads everything without the quick look, which would read all maps a first time. Returns null if the quick look must decide. */
function inspectAtOnce(pid: number, options: InspectOptions): Inspection | null {
  try {
    const inspection = readWhole(pid, null, options);
    return inspection?.outcome === 'inspected' ? inspection : null;
  } catch (error) {
    troubleOf(error);
    return null;
  }
}

function inspectProcess(pid: number, folder: string, options: InspectOptions): Inspection {
  const quick = quickLook(folder, options.include);
  if (quick.kind === 'clean' && quick.program !== null && mayBeOutdated(quick.program, () => isInService(folder))) {
    return cleanScript;
  }
  if (quick.kind !== 'suspicious') return unaffectedAs(outcomes[quick.kind] ?? (quick.kind as Trouble));
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      const inspection = readWhole(pid, quick, options);
      if (inspection) return inspection;
    } catch (error) {
      return unaffectedAs(troubleOf(error));
    }
  }
  return unaffectedAs('failed');
}

/**
 * Returns null if the program was exchanged while we read. Without a quick look it also returns null if no program can be seen:
 * the process is a kernel thread, a zombie, a leader that has exited, or not ours to read.
 */
function readWhole(pid: number, quick: Suspicious | null, options: InspectOptions): Inspection | null {
  const process = new OpenProcess(options.procPath, pid, quick?.leaderExited);
  try {
    const executable = process.readExecutable();
    if (executable === null && quick === null) return null;
    const hidden: HiddenUse[] = [];
    const identity = once(() => process.readIdentity());
    const evidence = evidenceOf(process, executable, identity, hidden, options);
    let trouble: Trouble | null = null;
    const part = <T>(wanted: boolean, read: () => T, otherwise: T): T => {
      if (!wanted) return otherwise;
      try {
        return read();
      } catch (error) {
        trouble = worse(trouble, troubleOf(error));
        return otherwise;
      }
    };
    const seen = part(options.include.maps, () => process.readSuspiciousMappings(), {
      mappings: [],
      odd: 0,
    });
    const links = part(options.include.fds, () => process.readSuspiciousFds(), []);
    if (seen.mappings.length + links.length >= many) options.onMany();
    const judged = judgeMaps(seen.mappings, options.include.maps ? executable : null, evidence);
    const { notes, buildNotes } = options;
    const all = buildNotes ? notes.addTo(judged, seen.mappings, process, evidence.mountOf) : judged;
    const { findings, unread } = judgeFds(links, evidence);
    const { maps, fds, cut } = cutFindings(pid, { maps: all, fds: findings }, unread, identity);
    if (seen.odd > 0) trouble = worse(trouble, 'failed');
    const found = maps.length + fds.length > 0;
    const program = options.include.maps ? all : found ? judgeMaps([], executable, { ...evidence, hide() {} }) : [];
    const affected = found
      ? { pid, identity: identity(), executable: nameProgram(executable, program, evidence), maps, fds }
      : null;
    // Checks that the process still lives and runs the same program. If not, the data may be of two programs, or of none.
    if (executable === null) process.readStat();
    else if (!process.stillRuns(executable)) return null;
    if (trouble === 'vanished' && !process.readStat().exiting) trouble = 'failed';
    const runs = executable !== null && options.include.maps ? (parseMarked(executable)?.path ?? executable) : null;
    return {
      outcome: trouble ?? 'inspected',
      affected,
      hidden,
      cut,
      mayBeOutdated:
        runs !== null &&
        mayBeOutdated(runs, () =>
          affected === null ? isInService(`${options.procPath}/${pid}`) : isOfService(affected.identity.cgroup),
        ),
    };
  } finally {
    process.close();
  }
}

const service = /\.service(?:\/|$)/m;

/** Returns true also if it is not known. */
function isInService(folder: string): boolean {
  return isOfService(orNull(() => readBytes(`${folder}/cgroup`)) ?? '');
}

/** @param cgroup the content of /proc/PID/cgroup; '' if it could not be read */
function isOfService(cgroup: Bytes): boolean {
  return cgroup === '' || service.test(cgroup);
}

function nameProgram(
  link: Bytes | null,
  maps: readonly MapFinding[],
  evidence: Evidence,
): AffectedProcess['executable'] {
  const gone = maps.find((map) => map.kind === 'executable');
  if (gone) return { path: gone.path, pathSource: gone.pathSource, deleted: true };
  if (link === null) return null;
  const name = isNameless(link) ? (inferProgram(evidence) ?? nameByInode(null, null)) : null;
  return { ...(name ?? { path: link, pathSource: 'kernel' }), deleted: false };
}

/** Reads only if needed, and once. If rules hide all gone files of a process, as for most memfds, this saves about ten reads. */
function once<T>(read: () => T): () => T {
  let value: { read: T } | null = null;
  return () => {
    value ??= { read: read() };
    return value.read;
  };
}

function remember<K, V>(known: Map<K, V>, key: K, value: V): V {
  known.set(key, value);
  return value;
}

function evidenceOf(
  process: OpenProcess,
  executable: Bytes | null,
  identity: () => Identity,
  hidden: HiddenUse[],
  options: InspectOptions,
): Evidence {
  const { views, mappedFiles, bootedAtNs, clockTicksPerSecond } = options;
  const view = once(() => views.of(process));
  const around = once(() => views.around(process));
  // Tries our own mount table first, because most files are on its mounts. The process's views are only made for the others.
  const somewhere = <T>(find: (live: View['live']) => T | null): T | null => {
    const found = find(views.own.live) ?? find(view().live);
    if (found !== null) return found;
    const outer = around();
    return outer && find(outer.live);
  };
  const known = once(() => knownFilesOf(view(), mappedFiles));
  const startedAtNs = once(() => {
    if (bootedAtNs === null) return null;
    // The start time is rounded down to a tick, so the process started before the next tick.
    const ticks = BigInt(identity().stat.startTicks) + 1n;
    return bootedAtNs + (ticks * 1_000_000_000n) / BigInt(clockTicksPerSecond);
  });
  // Each archive of a process asks this, and a process may hold thousands of archives.
  const mentioned = new Map<Bytes, boolean>();
  return {
    process,
    get view() {
      return view();
    },
    get viewAround() {
      return around();
    },
    get ownView() {
      return views.own;
    },
    match: options.match,
    hide: (use) => hidden.push(use),
    program: executable === null ? null : (parseMarked(executable)?.path ?? executable),
    get commandLine() {
      return identity().commandLine;
    },
    get name() {
      return identity().stat.name;
    },
    get effectiveUid() {
      return identity().effectiveUid;
    },
    maps: (part) => mentioned.get(part) ?? remember(mentioned, part, process.mapsMention(part)),
    get startedAtNs() {
      return startedAtNs();
    },
    mountOf: (fd, mountId) => somewhere((live) => live.mountOf(fd, mountId)),
    isLocalDevice: (device) => somewhere(({ table }) => table.isLocalDevice(device) || null) !== null,
    cached({ device, inode, path }, read) {
      const { keyOf, glimpses } = known();
      const key = keyOf(device, String(inode), path);
      const seen = glimpses.get(key);
      if (seen) return seen;
      // A refusal is true of this process alone (it may have ended), so it is not kept for the next one.
      const glimpse = read();
      if (glimpse) glimpses.set(key, glimpse);
      return glimpse;
    },
  };
}

function knownFilesOf(view: View, mappedFiles: InspectOptions['mappedFiles']): KnownFiles {
  const files = mappedFiles.get(view) ?? { keyOf: keyMaker(), glimpses: new Map<string, Glimpse>() };
  mappedFiles.set(view, files);
  return files;
}
