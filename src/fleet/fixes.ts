// The packages of many reports -> the hosts that lack a security fix in memory, and the hosts for which nobody can know.

import { compareCves } from '../cves.ts';
import { compareBytes } from '../documents/compare-bytes.ts';
import { listedReboots, listedRestarts } from '../documents/fleet-fixes.ts';
import type { CveAnswer, CvePackage, CveUnknown, FleetCve } from '../documents/generated/fleet.ts';
import type { Report } from '../documents/generated/report.ts';
import { hasStrayCode, indexVersions, kernelPackage } from '../documents/packages-in-use.ts';
import { keyMaker } from '../keys.ts';

/** The facts that are kept for one package of one report. */
interface Lack {
  about: Required<CvePackage>;
  cves: readonly string[];
  units: readonly string[];
}

export interface HostFixes {
  lacks: readonly Lack[];
  /** Why nobody can say that the host lacks no other fix; empty if all is known. */
  unknown: Because[];
  /** The last id of each list that was cut. */
  lastListed: readonly string[];
}

type Because = CveUnknown['because'][number];

const becauses: readonly Because[] = [
  'not_asked',
  'not_everything_seen',
  'no_package',
  'fixes_unknown',
  'changelog_incomplete',
  'list_cut',
  'kernel_unknown',
];

/**
 * Stores each thing that hosts lack once, because the hosts of a fleet mostly lack the same. Nobody may change the values. They are kept
 * for good, because the newer report of a host mostly repeats the older one.
 */
export class SharedFixes {
  readonly #keyOf = keyMaker();
  readonly #lists = new Map<string, { number: number; cves: readonly string[] }>();
  readonly #lacks = new Map<string, Lack>();
  readonly #without = new Map<string, HostFixes>();

  lack({ about, cves, units }: Lack): Lack {
    const listKey = this.#keyOf(cves.join());
    const list = this.#lists.get(listKey) ?? { number: this.#lists.size, cves };
    this.#lists.set(listKey, list);
    const key = this.#keyOf(list.number, JSON.stringify([about, units]));
    const lack = this.#lacks.get(key) ?? { about, cves: list.cves, units };
    this.#lacks.set(key, lack);
    return lack;
  }

  withoutLacks(unknown: Because[]): HostFixes {
    const key = unknown.join();
    const fixes = this.#without.get(key) ?? { lacks: [], unknown, lastListed: [] };
    this.#without.set(key, fixes);
    return fixes;
  }
}

/** @param whole whether the report saw everything and shows it */
export function collectHostFixes(report: Report, whole: boolean, shared: SharedFixes): HostFixes {
  const { packages = null } = report;
  const unknown = new Set<Because>(kernelUnknown(report));
  if (!whole) unknown.add('not_everything_seen');
  if (packages === null) {
    if (hasGoneCode(report)) unknown.add('not_asked');
    return shared.withoutLacks(ordered(unknown));
  }
  if (hasStrayCode(report)) unknown.add('no_package');
  if (hasUnlistedCode(report)) unknown.add('fixes_unknown');
  const kernel = kernelPackage(report);
  const all = [
    ...packages.map((each) => ({ ...each, closed_by: 'restart' as const })),
    ...(kernel === null ? [] : [{ ...kernel, closed_by: 'reboot' as const, units: [] }]),
  ];
  for (const { fixes } of all) {
    if (fixes === null) unknown.add('fixes_unknown');
    else if (!fixes.complete) unknown.add('changelog_incomplete');
  }
  const known = all.filter((each) => each.fixes !== null && each.fixes.cves.length > 0);
  if (known.length === 0) return shared.withoutLacks(ordered(unknown));
  return {
    lacks: known.map(({ name, running_version, installed_version, closed_by, fixes, units }) =>
      shared.lack({
        about: { name, running_version, installed_version, closed_by },
        cves: fixes!.cves,
        units: units.map((unit) => unit.name),
      }),
    ),
    unknown: ordered(unknown),
    lastListed: known.flatMap(({ fixes }) => (fixes!.count > fixes!.cves.length ? fixes!.cves.slice(-1) : [])),
  };
}

/** The running kernel cannot be compared with those on disk. In a container the kernel is its host's. */
const incomparable: ReadonlySet<string> = new Set(['kernel_unknown', 'kernel_not_installed', 'kernels_not_comparable']);

/**
 * Whether the running kernel may lack fixes that nobody knows. A report that says nothing of the kernel's fixes, because nobody asked
 * or because it was made before 1.5, may say that an older kernel runs, or that the kernels cannot be compared.
 */
function kernelUnknown({ host, packages = null }: Report): Because[] {
  const { kernel_fixes: found, reboot } = host;
  if (found != null) return found.fixes === null ? ['kernel_unknown'] : [];
  const wasAsked = found === null && packages !== null;
  // Another reason for a reboot leaves no unknown_because. In a container the live patches are not looked at.
  const isUnsaid = reboot.required === true && reboot.kernel_current === null && reboot.livepatches != null;
  const isUnknown =
    reboot.reasons.some(({ code }) => code === 'kernel_outdated') ||
    (!wasAsked && (isUnsaid || incomparable.has(reboot.unknown_because?.code ?? '')));
  return isUnknown ? ['kernel_unknown'] : [];
}

/** Why not every fix is known that the host lacks, whichever fix somebody asks for. */
export function whyFixesUnknown({ unknown, lastListed }: HostFixes): Because[] {
  return lastListed.length === 0 ? unknown : [...unknown, 'list_cut'];
}

function ordered(found: ReadonlySet<Because>): Because[] {
  return becauses.filter((because) => found.has(because));
}

function hasGoneCode({ units, processes }: Report): boolean {
  const isCode = ({ role }: { role: string }) => role === 'code';
  return (
    units.some(({ files }) => files.some(isCode)) ||
    processes.some(({ maps, fds }) => maps.some(isCode) || fds.some(isCode))
  );
}

/** Returns whether there is gone code of a package, and no entry of the report's packages is for it. */
function hasUnlistedCode(report: Report): boolean {
  const versionsOf = indexVersions(report);
  const files = [
    ...report.units.flatMap((unit) => unit.files),
    ...report.processes.flatMap(({ pid, unit, container, maps, fds }) =>
      unit === null && container === null ? [...maps, ...fds].map((file) => ({ ...file, pids: [pid] })) : [],
    ),
  ];
  return files.some(
    ({ role, package: owner, pids }) =>
      role === 'code' && owner !== null && versionsOf !== null && versionsOf(owner, pids).length === 0,
  );
}

interface NamedHost {
  hostname: string;
  id: string | null;
  fixes: HostFixes;
}

/** The ids that most hosts lack come first, then the newest. */
export function listCves(hosts: readonly NamedHost[], only: string | null): FleetCve[] {
  const keyOf = keyMaker();
  const variants = new Map<string, { lack: Lack; hosts: number[]; units: Set<string> }>();
  // Most hosts of a fleet lack the same ids of the same package, so hosts are grouped and the ids are read once for a group.
  const keys = new Map<Lack, string>();
  for (const [index, { fixes }] of hosts.entries()) {
    for (const lack of fixes.lacks) {
      const key = keys.get(lack) ?? keyOf(lack.about.name, lack.about.closed_by, lack.cves.join());
      keys.set(lack, key);
      const variant = variants.get(key) ?? { lack, hosts: [], units: new Set<string>() };
      variants.set(key, variant);
      if (variant.hosts.at(-1) !== index) variant.hosts.push(index);
      for (const unit of lack.units) variant.units.add(unit);
    }
  }
  const byId = new Map<string, { lack: Lack; hosts: number[]; units: Set<string> }[]>();
  for (const variant of variants.values()) {
    for (const id of only === null ? variant.lack.cves : [only]) {
      if (only !== null && !variant.lack.cves.includes(only)) continue;
      const known = byId.get(id);
      if (known === undefined) byId.set(id, [variant]);
      else known.push(variant);
    }
  }
  const marks = new Uint32Array(hosts.length);
  const counted = [...byId].map(([id, members], mark) => {
    let amount = 0;
    for (const member of members) {
      for (const host of member.hosts) {
        if (marks[host] === mark + 1) continue;
        marks[host] = mark + 1;
        amount++;
      }
    }
    return { id, members, amount };
  });
  const sortedIds = counted.sort((a, b) => b.amount - a.amount || compareCves(a.id, b.id));
  const ofKernels = new Set(sortedIds.filter(({ members }) => members.every(isOfKernel)));
  const shown = new Set([
    ...sortedIds.filter((each) => !ofKernels.has(each)).slice(0, listedRestarts),
    ...[...ofKernels].slice(0, listedReboots),
  ]);
  return sortedIds
    .filter((each) => shown.has(each))
    .map(({ id, members }) => ({
      id,
      packages: sorted(members.map(({ lack }) => lack.about.name)),
      hosts: [...new Set(members.flatMap((member) => member.hosts))]
        .sort((a, b) => a - b)
        .map((index) => hosts[index]!.hostname),
      units: sorted(members.flatMap(({ units }) => [...units])),
      closed_by: steps.filter((step) => members.some(({ lack }) => lack.about.closed_by === step)),
    }));
}

const steps = ['restart', 'reboot'] as const;

function isOfKernel({ lack }: { lack: Lack }): boolean {
  return lack.about.closed_by === 'reboot';
}

function sorted(names: Iterable<string>): string[] {
  return [...new Set(names)].sort(compareBytes);
}

/** @param unread how many inputs could not be read. Each of them may be a host that lacks the fix. */
export function answerCve(id: string, hosts: readonly NamedHost[], unread: number): CveAnswer {
  const lacking: CveAnswer['hosts'] = [];
  const unknown: CveAnswer['unknown'] = [];
  for (const { hostname, id: hostId, fixes } of hosts) {
    const lacks = fixes.lacks.filter(({ cves }) => cves.includes(id));
    if (lacks.length > 0) {
      lacking.push({
        hostname,
        id: hostId,
        packages: lacks
          .map(({ about }) => about)
          .sort(
            (a, b) => compareBytes(a.name, b.name) || compareBytes(a.running_version ?? '', b.running_version ?? ''),
          ),
        units: sorted(lacks.flatMap(({ units }) => units)),
      });
      continue;
    }
    // A list that was cut has only the newest ids, so an older id may be among the ids that were left out.
    const isCut = fixes.lastListed.some((last) => compareCves(id, last) > 0);
    const because = ordered(new Set([...fixes.unknown, ...(isCut ? (['list_cut'] as const) : [])]));
    if (because.length > 0) unknown.push({ hostname, id: hostId, because });
  }
  const verdict = lacking.length > 0 ? 'drift' : unknown.length + unread > 0 ? 'incomplete' : 'pass';
  return { id, verdict, hosts: lacking, unknown };
}
