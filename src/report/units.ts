// Attributed processes -> the report's units: one block per unit, one entry per file and way of use.

import { compareBytes } from '../documents/compare-bytes.ts';
import type { KernelSession, Unit, UnitFile, UnitUser } from '../documents/generated/report.ts';
import { earliest, formatTimeNs } from '../documents/time.ts';
import { groupBy } from '../group-by.ts';
import { keyMaker } from '../keys.ts';
import { toText } from '../procfs/bytes.ts';
import type { SessionLeader } from '../procfs/sessions.ts';
import type { AttributedProcess, ReportFacts } from './facts.ts';
import { buildOutdated } from './outdated.ts';
import { ownerOf, withRunningVersion } from './packages.ts';
import { buildOwner, buildSourcedPath, buildUser, sumHeldBytes, sumHeldMemoryBytes } from './values.ts';

type Finding = AttributedProcess['maps'][number] | AttributedProcess['fds'][number];
type Use = Finding & {
  via: 'map' | 'fd';
  pid: number;
  runningVersion: string | null;
};
type NamedUnit = NonNullable<AttributedProcess['attribution']['unit']>;

/** @param processes by pid */
export function buildUnits(processes: readonly AttributedProcess[], facts: ReportFacts): Unit[] {
  const keyOf = keyMaker();
  const inUnits = processes.flatMap((process) => {
    const { unit } = process.attribution;
    return unit === null ? [] : [{ process, unit }];
  });
  return [...groupBy(inUnits, ({ unit }) => keyOf(unit.scope, unit.uid, unit.name)).values()]
    .map((group) => ({ unit: group[0]!.unit, members: group.map(({ process }) => process) }))
    .sort(
      ({ unit: a }, { unit: b }) =>
        compareBytes(a.scope, b.scope) || (a.uid ?? -1) - (b.uid ?? -1) || compareBytes(a.name, b.name),
    )
    .map(({ unit, members }) => buildUnit(unit, members, facts));
}

function buildUnit(unit: NamedUnit, members: readonly AttributedProcess[], facts: ReportFacts): Unit {
  const versionOf = (finding: Finding) => facts.fixes?.runningVersions.get(finding) ?? null;
  const uses: Use[] = members.flatMap(({ pid, maps, fds }) => [
    ...maps.map((map) => ({ ...map, via: 'map' as const, pid, runningVersion: versionOf(map) })),
    ...fds.map((fd) => ({ ...fd, via: 'fd' as const, pid, runningVersion: versionOf(fd) })),
  ]);
  const held = [...uses, ...members.flatMap(({ pid }) => facts.cuts.get(pid)?.held ?? [])];
  const stale = uses.flatMap((use) => (use.role === 'code' && use.replacedAtNs !== null ? [use.replacedAtNs] : []));
  return {
    name: unit.name,
    scope: unit.scope,
    user: buildUser(unit.uid, facts.userName),
    slice: members[0]?.attribution.slice ?? null,
    pids: members.map((process) => process.pid),
    users: buildUsers(members, facts),
    sessions: buildSessions(unit, members, facts),
    sockets: unit.scope === 'system' ? (facts.sockets.get(unit.name) ?? null) : null,
    files: buildFiles(uses, facts),
    outdated: buildOutdated(
      members.map(({ pid }) => pid),
      facts,
    ),
    held_bytes: sumHeldBytes(held),
    held_memory_bytes: sumHeldMemoryBytes(held),
    stale_since: formatTimeNs(earliest(stale)),
    systemd: unit.scope === 'system' ? (facts.systemd.get(unit.name) ?? null) : null,
  };
}

function buildUsers(members: readonly AttributedProcess[], facts: ReportFacts): UnitUser[] {
  const byUid = new Map<number, number[]>();
  for (const { pid, identity } of members) {
    const pids = byUid.get(identity.effectiveUid) ?? [];
    byUid.set(identity.effectiveUid, pids);
    pids.push(pid);
  }
  return [...byUid]
    .sort(([a], [b]) => a - b)
    .map(([uid, pids]) => ({ ...buildOwner(uid, facts), pids: pids.sort((a, b) => a - b) }));
}

function buildSessions(unit: NamedUnit, members: readonly AttributedProcess[], facts: ReportFacts): KernelSession[] {
  const affected = members
    .filter(({ pid, identity }) => identity.stat.session === pid)
    .map(({ pid, identity: { stat, effectiveUid }, executable }): SessionLeader => {
      return { pid, name: stat.name, effectiveUid, executable: executable?.path ?? null, terminal: stat.terminal };
    });
  const others = unit.scope === 'system' ? (facts.leaders.get(unit.name) ?? []) : [];
  return [...affected, ...others]
    .sort((a, b) => a.pid - b.pid)
    .map(({ pid, name, effectiveUid, executable, terminal }) => ({
      pid,
      user: buildUser(effectiveUid, facts.userName),
      name: toText(name).text,
      executable: executable === null ? null : toText(executable).text,
      terminal,
    }));
}

function buildFiles(uses: readonly Use[], facts: ReportFacts): UnitFile[] {
  const keyOf = keyMaker();
  // Fields that make a separate line. The inode is not one of them, so that a log rotated twice is one line per state.
  const lineOf = (use: Use) => keyOf(use.path, use.pathSource, use.via, use.kind, use.role, use.state, use.ownerUid);
  return [...groupBy(uses, lineOf).values()]
    .map((group) => buildFile(group, facts))
    .sort(
      (a, b) =>
        compareBytes(a.path, b.path) ||
        compareBytes(b.via, a.via) ||
        compareBytes(a.kind, b.kind) ||
        compareBytes(a.role + a.state, b.role + b.state) ||
        (a.owner?.uid ?? -1) - (b.owner?.uid ?? -1),
    );
}

function buildFile(group: readonly Use[], facts: ReportFacts): UnitFile {
  const [first] = group as [Use, ...Use[]];
  const isKnown = group.some((use) => use.heldBytes !== null);
  // Another process of the unit may have a root of its own.
  const onHost = group.every((use) => use.onHost);
  return {
    ...buildSourcedPath(first),
    via: first.via,
    kind: first.kind,
    role: first.role,
    state: first.state,
    replaced_at: formatTimeNs(earliest(group.map((use) => use.replacedAtNs))),
    held_bytes: isKnown ? sumHeldBytes(group) : null,
    held_memory_bytes: isKnown ? sumHeldMemoryBytes(group) : null,
    owner: first.ownerUid === null ? null : buildOwner(first.ownerUid, facts),
    package: withRunningVersion(ownerOf({ path: first.path, onHost }, facts), onlyVersion(group)),
    pids: [...new Set(group.map((use) => use.pid))].sort((a, b) => a - b),
  };
}

/** The version of all files of a line; null if they differ, because the packages of the report tell them apart. */
function onlyVersion(group: readonly Use[]): string | null {
  const [first] = group as [Use, ...Use[]];
  return group.every(({ runningVersion }) => runningVersion === first.runningVersion) ? first.runningVersion : null;
}
