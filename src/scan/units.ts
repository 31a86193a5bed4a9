// The affected processes -> systemd's facts about their units. systemd is asked once for all of them, before --unit selects, because
// only systemd knows which unit an alias names.

import { type Readers, readOr } from '../crew/readers.ts';
import type { Dependencies, RelatedUnit, SystemdFacts, Warning } from '../documents/generated/report.ts';
import { compileGlob } from '../glob.ts';
import { type Bytes, fromText } from '../procfs/bytes.ts';
import type { SessionLeader } from '../procfs/sessions.ts';
import type { Views } from '../procfs/views.ts';
import type { AttributedProcess } from '../report/facts.ts';
import { run } from '../spawn.ts';
import { isStopped } from '../systemd/active-state.ts';
import { queryRelated, type RelatedUnits } from '../systemd/related-units.ts';
import { startsLeft } from '../systemd/start-limit.ts';
import { queryUnits, queryVersion } from '../systemd/systemctl.ts';
import { affectedUnit, type RelatedFacts, type UnitFacts } from '../systemd/unit-block.ts';
import { checkStart, conditionsMet } from './conditions.ts';
import { areOnDisk, isOnDisk } from './on-disk.ts';
import type { ScanOptions } from './options.ts';

type OfStart = Pick<UnitFacts, 'fragment_path' | 'programs' | 'files'>;

const noOthers: RelatedUnits = { units: [], changed: new Set(), problem: null };
const notLooked = { fragment_present: null, programs_present: null, conditions_met: null };

/**
 * @param wantsReboot whether systemd's host asks for a reboot: the kinds of reboot that there are depend on the version of systemd
 * @param nowNs the monotonic clock
 */
export function querySystemd(
  processes: readonly AttributedProcess[],
  wantsReboot: boolean,
  views: Views,
  options: ScanOptions,
  nowNs: bigint,
) {
  const facts = new Map<string, SystemdFacts>();
  const controlGroups = new Map<string, string | null>();
  const units = processes.flatMap(({ attribution: { unit } }) => (unit ? [unit] : []));
  const names = [...new Set(units.filter((unit) => unit.scope === 'system').map((unit) => unit.name))].sort();
  let problem: string | null = null;
  let related: RelatedUnit[] | null = options.systemctl ? [] : null;
  if (options.systemctl && names.length > 0) {
    const answer = queryUnits(names, affectedUnit, run);
    const others = answer.problem === null ? queryRelated(answer.facts, run) : noOthers;
    const named = new Set([...answer.facts.keys(), ...others.units.map(({ name }) => name)]);
    for (const [name, { controlGroup, programs, files, startedUsec, ...unit }] of answer.facts) {
      const dependencies = keepAfter(unit.dependencies, named);
      const present = lookOnDisk({ fragment_path: unit.fragment_path, programs, files }, views);
      facts.set(name, { ...unit, ...present, starts_left: startsLeft(unit, startedUsec, nowNs), dependencies });
      controlGroups.set(name, controlGroup);
    }
    const required = new Set(
      [...answer.facts.values(), ...others.units].flatMap(({ dependencies }) => dependencies?.requires ?? []),
    );
    const kept = others.units.map(({ fragment_path, programs, awaited, files, ...unit }) => {
      const mustStart = isStopped(unit) ? required.has(unit.name) : others.changed.has(unit.name);
      const present = mustStart ? lookOnDisk({ fragment_path, programs, files }, views) : notLooked;
      const start_fails = mustStart && isStopped(unit) ? startFails({ awaited, files }, views) : null;
      return { ...unit, ...present, start_fails, dependencies: keepAfter(unit.dependencies, named) };
    });
    related = answer.facts.size === 0 ? null : kept;
    problem = answer.problem ?? others.problem;
  }
  // The way to reach a user's manager depends on the version (src/plan/argv.ts), and a unit may want a reboot (src/plan/reboot-kind.ts).
  const asksVersion = units.length > 0 || wantsReboot;
  return {
    facts,
    related,
    controlGroups,
    problem,
    version: options.systemctl && asksVersion ? queryVersion(run) : null,
  };
}

/** Whether what a start of the unit needs is on disk now. */
function lookOnDisk({ fragment_path, programs, files }: OfStart, views: Views) {
  return {
    fragment_present: isOnDisk(fragment_path, views),
    programs_present: areOnDisk(programs, views),
    conditions_met: conditionsMet(files, views),
  };
}

function startFails({ awaited, files }: Pick<RelatedFacts, 'awaited' | 'files'>, views: Views): boolean | null {
  const check = checkStart(files, views);
  if (check !== 'allowed') return check === null ? null : check === 'failed';
  return areOnDisk(awaited, views) === false ? true : null;
}

/** Drops the units that the report does not name from the order. Most of them start before every service. */
function keepAfter(dependencies: Dependencies | null, named: ReadonlySet<string>): Dependencies | null {
  return dependencies && { ...dependencies, after: dependencies.after.filter((name) => named.has(name)) };
}

/** Selects by the unit's own name, or by an alias in full. */
export function selectUnits(
  processes: readonly AttributedProcess[],
  globs: readonly string[],
  facts: ReadonlyMap<string, SystemdFacts>,
): readonly AttributedProcess[] {
  if (globs.length === 0) return processes;
  const compiled = globs.map(compileGlob);
  return processes.filter(({ attribution: { unit } }) => {
    if (unit === null) return false;
    const names = unit.scope === 'system' ? (facts.get(unit.name)?.names ?? []) : [];
    return compiled.some((glob) => glob(unit.name)) || globs.some((glob) => names.includes(glob));
  });
}

/**
 * Reads the session leaders of every service, except the affected processes, which were read before. A daemon's job has nothing to
 * do with the daemon's replaced library, but it ends with the daemon.
 */
export async function readLeaders(
  processes: readonly AttributedProcess[],
  controlGroups: ReadonlyMap<string, string | null>,
  readers: Readers,
  { procPath }: ScanOptions,
): Promise<ReadonlyMap<string, readonly SessionLeader[]>> {
  // cgroup.procs has the pids of our own PID namespace, and the scanned procfs may belong to another one.
  if (procPath !== '/proc') return new Map();
  const services = new Map<string, { pid: number; cgroup: Bytes }>();
  for (const { pid, attribution } of processes) {
    const { unit } = attribution;
    const cgroup = unit?.scope === 'system' ? controlGroups.get(unit.name) : undefined;
    if (!unit?.name.endsWith('.service') || services.has(unit.name)) continue;
    // A process in a cgroup below the unit's own does not lead to the unit's members.
    if (cgroup == null || cgroup !== attribution.cgroup) continue;
    services.set(unit.name, { pid, cgroup: fromText(cgroup) });
  }
  const affected = new Set(processes.map(({ pid }) => pid));
  const members = readOr(await readers.ask('cgroupMembers', [...services.values()]), []);
  const others = [...services.keys()].flatMap((name, index) =>
    members[index]!.filter((pid) => !affected.has(pid)).map((pid) => ({ name, pid })),
  );
  const answers = await readers.ask(
    'sessionLeader',
    others.map(({ pid }) => ({ pid })),
  );
  const leaders = new Map<string, SessionLeader[]>([...services.keys()].map((name) => [name, []]));
  // A process that could not be read now was counted when it was inspected.
  for (const [index, answer] of answers.entries()) {
    if ('read' in answer && answer.read !== null) leaders.get(others[index]!.name)!.push(answer.read);
  }
  return leaders;
}

export function systemdWarnings(processes: readonly AttributedProcess[], problem: string | null): Warning[] {
  const units = processes.flatMap(({ attribution: { unit } }) => (unit?.scope === 'user' ? [unit.name] : []));
  const messages = [...new Set(units)]
    .sort()
    .map((name) => `${name}: the facts of user units are not asked for; its action is decided without them`);
  return [
    ...(problem === null ? [] : [{ code: 'systemd_unavailable' as const, message: problem }]),
    ...messages.map((message) => ({ code: 'unit_facts_unavailable' as const, message })),
  ];
}
