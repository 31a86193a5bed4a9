// Processes that run interpreters, and programs outside the system's folders -> what of them is superseded on disk, although nothing is
// gone. systemd is asked once how their services start, and the package database once who owns the scripts that are newer.

import { type Readers, readOr } from '../crew/readers.ts';
import type { AffectedProcess } from '../deleted/inspect.ts';
import { parseMarked } from '../deleted/mark.ts';
import type { OutdatedScan, OutdatedUnknown } from '../documents/generated/report.ts';
import { isToCome, readMonotonicZero } from '../host/clock.ts';
import { withForks } from '../outdated/forks.ts';
import {
  type Hinting,
  judgeArguments,
  judgeClassPath,
  judgeEnvironment,
  judgeModules,
  scriptOfArguments,
} from '../outdated/hints.ts';
import { interpreterOf, isApache, isPhpFpm } from '../outdated/interpreters.ts';
import { judgeMain } from '../outdated/judge.ts';
import type { HostFiles } from '../outdated/on-host.ts';
import type { OutdatedUse } from '../outdated/outdated.ts';
import { mayHavePhp } from '../outdated/php-settings.ts';
import type { Reborn } from '../outdated/reborn.ts';
import type { Switched } from '../outdated/switched.ts';
import { isTemporary } from '../path-evidence.ts';
import { type Bytes, fromText } from '../procfs/bytes.ts';
import type { RunningProgram } from '../procfs/program.ts';
import type { Views } from '../procfs/views.ts';
import type { AttributedProcess } from '../report/facts.ts';
import { run } from '../spawn.ts';
import type { Attribution } from '../systemd/attribution.ts';
import { ownsCgroup, queryUnits } from '../systemd/systemctl.ts';
import { type UnitStart, unitStart } from '../systemd/unit-start.ts';
import { findUpgradedDependencies, type ScriptInUse } from './dependencies.ts';
import { describeOther, describeScript, type Environment } from './describe-outdated.ts';
import { hostFiles } from './host-files.ts';
import type { ScanOptions } from './options.ts';
import type { Past, readPast } from './script-past.ts';

type Program = RunningProgram & { attribution: Attribution };
type Because = OutdatedUnknown['because'];

/** A program that was judged, before its package is known. */
interface Found {
  members: Program[];
  what: Reborn | Switched | Environment;
  /** Whether the unit names it, and not the process. */
  isNamed: boolean;
}

export interface OutdatedResult {
  /** The processes that have no gone files. */
  processes: readonly AttributedProcess[];
  /** By pid. */
  uses: ReadonlyMap<number, readonly OutdatedUse[]>;
  /** null if nobody looked. */
  scan: OutdatedScan | null;
}

export const notLooked: OutdatedResult = { processes: [], uses: new Map(), scan: null };

/** Whether a scan looks for outdated programs: only of this host, with systemd's word. */
export function looksForOutdated({ systemctl, include, procPath }: ScanOptions): boolean {
  return systemctl && include.includes('maps') && procPath === '/proc';
}

/** Asks the helpers. The answer is null for a process that could not be read. */
export async function readPrograms(pids: readonly number[], readers: Readers): Promise<(RunningProgram | null)[]> {
  const answers = await readers.ask(
    'program',
    pids.map((pid) => ({ pid })),
  );
  return readOr(answers, null);
}

export interface Candidates {
  programs: readonly Program[];
  /** How many more could not be read. */
  lost: number;
  /** The processes that use gone files. */
  listed: readonly AffectedProcess[];
}

export async function findOutdated(
  { programs: candidates, lost, listed }: Candidates,
  views: Views,
  options: ScanOptions,
): Promise<OutdatedResult> {
  const files = hostFiles(views);
  const programs = withoutPlainApache(candidates, files);
  const unknown = new Map<Because, Set<number>>();
  const leave = (because: Because, left: readonly Program[]) => {
    for (const program of left) if (isInterpreter(program)) add(unknown, because, program.pid);
  };
  const byUnit = groupByService(programs, leave);
  const starts = queryUnits([...byUnit.keys()].sort(), unitStart, run).facts;
  const found: Found[] = [];
  for (const [unit, members] of byUnit) {
    const start = starts.get(unit);
    if (start === undefined) leave('no_facts', members);
    else found.push(...judgeUnit(unit, members, start, files, leave));
  }
  if (options.possible) found.push(...programs.flatMap((program) => findHints(program, files)));
  const affected = new Map(listed.map((process) => [process.pid, process]));
  // If the process holds the old script itself, the finding of the gone file says all.
  const isGone = ({ members, what }: Found) => {
    const { maps = [], fds = [] } = affected.get(members[0]!.pid) ?? {};
    return [...maps, ...fds].some(({ path, role }) => role === 'code' && path === what.path);
  };
  const wanted = found.filter((each) => !isGone(each));
  const uses = await describeAll(wanted, views, options, leave);
  if (options.possible) {
    const scripts = programs.flatMap((program) => scriptInUse(program, files));
    for (const { pid, use } of await findUpgradedDependencies(scripts, views)) addUse(uses, pid, use);
  }
  const unjudged = new Set([...unknown.values()].flatMap((pids) => [...pids]));
  // Apache has settings of PHP that are not read, so that it is never said to be judged.
  const judged = programs.filter(
    (each) => isInterpreter(each) && !isApache(programOf(each)) && !unjudged.has(each.pid),
  );
  const counts = [...unknown].map(([because, pids]) => ({ because, processes: pids.size }));
  if (lost > 0) counts.push({ because: 'vanished', processes: lost });
  return {
    processes: programs.filter(({ pid }) => uses.has(pid) && !affected.has(pid)).map(toProcess),
    uses,
    scan: {
      possible: options.possible,
      judged: judged.length,
      unknown: counts.sort((a, b) => (a.because < b.because ? -1 : 1)),
    },
  };
}

function toProcess(program: Program): AttributedProcess {
  const { pid, identity, attribution, executable } = program;
  const named = { path: programOf(program), pathSource: 'kernel' as const, deleted: parseMarked(executable) !== null };
  return { pid, identity, attribution, executable: named, maps: [], fds: [] };
}

function add<K, V>(sets: Map<K, Set<V>>, key: K, value: V): void {
  sets.set(key, (sets.get(key) ?? new Set()).add(value));
}

const programOf = ({ executable }: RunningProgram): Bytes => parseMarked(executable)?.path ?? executable;
/** Whether it runs scripts. */
function isInterpreter(program: RunningProgram): boolean {
  const path = programOf(program);
  return interpreterOf(path) !== null || isPhpFpm(path) || isApache(path);
}

/** Whether the process sees the host's own files: it is in no container, and its root is the host's. */
const isOnHost = ({ attribution, root }: Program): boolean => attribution.container === null && root === '/';

/** Leaves out each Apache that has no PHP in it. */
function withoutPlainApache(programs: readonly Program[], files: HostFiles): readonly Program[] {
  const apaches = programs.filter((program) => isApache(programOf(program)));
  if (apaches.length === 0) return programs;
  // The main process began first, and its forks have what it has loaded.
  const hasPhp = mayHavePhp(earliestStart(apaches), files);
  return programs.filter((program) => !isApache(programOf(program)) || (hasPhp && isOnHost(program)));
}

function groupByService(
  programs: readonly Program[],
  leave: (because: Because, left: readonly Program[]) => void,
): Map<string, Program[]> {
  const byUnit = new Map<string, Program[]>();
  for (const program of programs) {
    const { unit, container } = program.attribution;
    if (container !== null) leave('container', [program]);
    else if (unit?.scope !== 'system' || !unit.name.endsWith('.service')) leave('no_service', [program]);
    else if (program.root !== '/') leave('own_files', [program]);
    else byUnit.set(unit.name, [...(byUnit.get(unit.name) ?? []), program]);
  }
  return byUnit;
}

function judgeUnit(
  unit: string,
  programs: readonly Program[],
  start: UnitStart,
  files: HostFiles,
  leave: (because: Because, left: readonly Program[]) => void,
): Found[] {
  const main = programs.find(({ pid }) => pid === start.mainPid);
  if (main === undefined || !ownsCgroup(start.controlGroup, main.attribution.cgroup)) {
    leave('not_main', programs);
    return [];
  }
  const members = withForks(main, programs);
  leave(
    'not_main',
    programs.filter((program) => !members.includes(program)),
  );
  const { executable, beganAt, identity } = main;
  const command = start.command && {
    ...start.command,
    path: fromText(start.command.path),
    words: start.command.words.map(fromText),
    folder: start.command.folder === null ? null : fromText(start.command.folder),
  };
  const judged = judgeMain(
    {
      ...{ unit, program: programOf(main), commandLine: identity.commandLine },
      ...{ isGone: parseMarked(executable) !== null, beganAt, oldestForkAt: earliestStart(members.slice(1)) },
    },
    { ...start, command },
    files,
    readMonotonicZero(),
  );
  if (judged === null) return [];
  if ('unjudged' in judged) {
    leave(judged.unjudged, members);
    return [];
  }
  // A service may have a folder for temporary files of its own: systemd.exec(5) PrivateTmp=.
  if (isTemporary(judged.path)) {
    leave('own_files', members);
    return [];
  }
  return [{ members, what: judged, isNamed: true }];
}

/** Returns null if one of the starts is not known, or there is none. */
function earliestStart(programs: readonly Program[]): number | null {
  const starts = programs.map(({ beganAt }) => beganAt);
  return starts.length === 0 || starts.includes(null) ? null : Math.min(...starts.map(Number));
}

function hintingOf(program: Program, beganAt: number): Hinting {
  const { identity, folder } = program;
  return { program: programOf(program), commandLine: identity.commandLine, folder, beganAt };
}

function scriptInUse(program: Program, files: HostFiles): ScriptInUse[] {
  const { pid, beganAt } = program;
  const script = isOnHost(program) && beganAt !== null ? scriptOfArguments(hintingOf(program, beganAt), files) : null;
  return script === null ? [] : [{ pid, language: script.language, path: script.file.path, beganAt: beganAt! }];
}

function findHints(program: Program, files: HostFiles): Found[] {
  const { beganAt } = program;
  if (!isOnHost(program) || beganAt === null) return [];
  const hinting = hintingOf(program, beganAt);
  const script = judgeArguments(hinting, files);
  const environments = [judgeEnvironment(hinting, files), judgeModules(hinting, files)];
  const jars = judgeClassPath(hinting, files);
  const found = [script, ...jars, ...environments.map((each) => each && { ...each, kind: 'environment' as const })];
  return found.flatMap((what) =>
    what === null || isToComeMs(what.since) ? [] : [{ members: [program], what, isNamed: false }],
  );
}

const isToComeMs = (ms: number): boolean => isToCome(BigInt(Math.trunc(ms)) * 1_000_000n);

async function describeAll(
  found: readonly Found[],
  views: Views,
  { possible }: ScanOptions,
  leave: (because: Because, left: readonly Program[]) => void,
): Promise<Map<number, OutdatedUse[]>> {
  const scripts = found.flatMap(({ what }) => (what.kind === 'script' ? [what] : []));
  const past = scripts.length === 0 ? new Map<Reborn, Past>() : await askPast(scripts, views);
  const uses = new Map<number, OutdatedUse[]>();
  for (const { members, what, isNamed } of found) {
    const use = what.kind === 'script' ? describeScript(what, isNamed, past.get(what)!) : describeOther(what);
    const otherwise = what.kind === 'script' ? (what.otherwise ?? null) : null;
    if (use === 'no_history' || use === 'no_digest' || use === null) {
      const because = use ?? otherwise;
      if (because !== null && isNamed) leave(because, members);
      continue;
    }
    if (use.confidence === 'possible' && otherwise !== null) leave(otherwise, members);
    if (use.confidence === 'possible' && !possible) continue;
    const isShared = what.kind === 'script' && what.isShared === true;
    for (const { pid, beganAt } of members) {
      // A process that was forked after the change may have read the new file, unless it shares what is in memory.
      if (isShared || use.since === null || beganAt === null || beganAt < use.since) addUse(uses, pid, use);
    }
  }
  return uses;
}

/** Few scans find such a script, and loading what reads the history of packages takes a millisecond. */
const askPast: typeof readPast = async (...args) => (await import('./script-past.ts')).readPast(...args);

/** The first word on a path counts. */
function addUse(uses: Map<number, OutdatedUse[]>, pid: number, use: OutdatedUse): void {
  const own = uses.get(pid) ?? [];
  if (own.every(({ path }) => path !== use.path)) uses.set(pid, [...own, use]);
}
