// One process -> its findings, or the reason why there are none. What was read is that process's own where it lives to
// the end with the same executable: exec(2) keeps the start time, so only the link tells that the program was exchanged half-way.

import { type KeyOf, keyMaker } from '../keys.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Glimpse } from '../procfs/hold.ts';
import { type Identity, OpenProcess } from '../procfs/process.ts';
import { type QuickLook, quickLook, type Suspicious, worse } from '../procfs/quick-look.ts';
import { type Trouble, troubleOf } from '../procfs/reader.ts';
import type { View } from '../procfs/view.ts';
import type { Views } from '../procfs/views.ts';
import { BuildNotes } from './build-notes.ts';
import { type Cut, cutFindings } from './cut.ts';
import type { Evidence } from './evidence.ts';
import type { AffectedProcess, MapFinding } from './finding.ts';
import { compileRules, type HideRule, type HideRuleMatcher } from './hide-rules.ts';
import { inferProgram } from './infer-program.ts';
import { judgeFds } from './judge-fds.ts';
import { judgeMaps } from './judge-maps.ts';
import { parseMarked } from './mark.ts';
import { isNameless, nameByInode } from './nameless.ts';
import type { HiddenUse } from './suppressed.ts';

export type { AffectedProcess } from './finding.ts';

export interface Inspection {
  /** How the process counts in scan.processes. */
  outcome: 'inspected' | 'kernel_threads' | 'blocked' | Trouble;
  affected: AffectedProcess | null;
  hidden: readonly HiddenUse[];
  /** The part of the process that is not listed, or not known; null if all is listed and known. */
  cut: Cut | null;
}

/** What is asked of every process: data, which another process can be given. */
export interface InspectTask {
  procPath: string;
  include: { maps: boolean; fds: boolean };
  rules: readonly HideRule[];
  /** Whether to read what the builds of gone code say of it. */
  buildNotes?: boolean;
  /** The time of the epoch at which the boot clock was 0, in nanoseconds; null where it is not known. */
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
  /** Glimpses of mapped files, by path, device and inode, shared by all processes with the same view. */
  mappedFiles: WeakMap<View, KnownFiles>;
}

const outcomes: Partial<Record<QuickLook['kind'], Inspection['outcome']>> = {
  clean: 'inspected',
  kernel_thread: 'kernel_threads',
};

const unaffected = new Map<Inspection['outcome'], Inspection>();

/** The same one for all of an outcome: most processes are unaffected. */
function unaffectedAs(outcome: Inspection['outcome']): Inspection {
  const inspection = unaffected.get(outcome) ?? { outcome, affected: null, hidden: [], cut: null };
  unaffected.set(outcome, inspection);
  return inspection;
}

/** How often a process may exchange its program before it counts as failed. */
const attempts = 3;

export class Inspector {
  readonly #options: InspectOptions;
  /** Most processes of a host use the same few libraries: what the last one was, the next one is likely to be. */
  #expectsLong = false;

  constructor(task: InspectTask, views: Views) {
    this.#options = {
      ...task,
      match: compileRules(task.rules),
      views,
      notes: new BuildNotes(),
      mappedFiles: new WeakMap(),
    };
  }

  inspect(pid: number): Inspection {
    const inspection =
      (this.#expectsLong ? inspectAtOnce(pid, this.#options) : null) ?? inspectProcess(pid, this.#options);
    this.#expectsLong = inspection.affected !== null || inspection.hidden.length > 0;
    return inspection;
  }
}

/** Without the quick look, which would read all maps only for them to be read again; null where that one must decide. */
function inspectAtOnce(pid: number, options: InspectOptions): Inspection | null {
  try {
    const inspection = readWhole(pid, null, options);
    return inspection?.outcome === 'inspected' ? inspection : null;
  } catch (error) {
    troubleOf(error);
    return null;
  }
}

function inspectProcess(pid: number, options: InspectOptions): Inspection {
  const quick = quickLook(`${options.procPath}/${pid}`, options.include);
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
 * null where the program was exchanged while we read, and without a quick look where there is no program to be seen: a kernel
 * thread, a zombie, a leader that has exited, or a process that is not for us.
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
    // Still alive, and still the same program: else what was read belongs to nobody in particular.
    if (executable === null) process.readStat();
    else if (!process.stillRuns(executable)) return null;
    if (trouble === 'vanished' && !process.readStat().exiting) trouble = 'failed';
    return { outcome: trouble ?? 'inspected', affected, hidden, cut };
  } finally {
    process.close();
  }
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

/** What a process needs not be asked where all that is gone in it is hidden by rules: every memfd would cost ten reads. */
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
  // Most files are on a mount of our own table: the process's views are made for the others.
  const somewhere = <T>(find: (live: View['live']) => T | null): T | null => {
    const found = find(views.own.live) ?? find(view().live);
    if (found !== null) return found;
    const outer = around();
    return outer && find(outer.live);
  };
  const known = once(() => knownFilesOf(view(), mappedFiles));
  const startedAtNs = once(() => {
    if (bootedAtNs === null) return null;
    // The kernel cuts the start off at a tick: the process started before the next one.
    const ticks = BigInt(identity().stat.startTicks) + 1n;
    return bootedAtNs + (ticks * 1_000_000_000n) / BigInt(clockTicksPerSecond);
  });
  // Asked for every archive of a process, which may hold thousands.
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
      // A refusal is this process's own (it may have ended), and says nothing of the next one that maps the file.
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
