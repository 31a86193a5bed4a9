// Findings, attributions and facts -> the report document. Pure; every order is bytewise.

import { compareBytes } from '../documents/compare-bytes.ts';
import type {
  CutProcess,
  DeletedFd,
  DeletedMap,
  KernelHeld,
  Process,
  RelatedUnit,
  Report,
  Unit,
} from '../documents/generated/report.ts';
import { schemaVersions } from '../documents/generated/versions.ts';
import { formatTime, formatTimeNs, formatTimeOrNull } from '../documents/time.ts';
import { toText } from '../procfs/bytes.ts';
import type { KernelHeldFile } from '../procfs/kernel-held.ts';
import type { Attribution } from '../systemd/attribution.ts';
import { tool } from '../version.ts';
import { renderCommand } from './command-line.ts';
import type { AttributedCut, AttributedProcess, ReportFacts } from './facts.ts';
import { buildKernelFixes } from './kernel.ts';
import { buildOutdated } from './outdated.ts';
import { buildPackages, ownerOf, withRunningVersion } from './packages.ts';
import { buildUnits } from './units.ts';
import { buildOwner, buildPath, buildSourcedPath, buildUser, sumHeldBytes, sumHeldMemoryBytes } from './values.ts';

export function buildReport(facts: ReportFacts): Report {
  const processes = [...facts.processes].sort((a, b) => a.pid - b.pid);
  // A process without gone files is listed because it is outdated.
  const affected = processes.filter(({ pid, maps, fds }) => maps.length + fds.length > 0 || !facts.outdated.has(pid));
  const units = buildUnits(processes, facts);
  const cuts = [...facts.cuts.values()];
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const held = [...processes.flatMap(({ maps, fds }) => [...maps, ...fds]), ...cuts.flatMap((cut) => cut.held)];
  const unlisted = (via: 'maps' | 'fds') => cuts.reduce((sum, cut) => sum + cut[via], 0);
  return {
    kind: 'lib-users/report',
    schema_version: schemaVersions.report,
    tool,
    generated_at: formatTime(facts.now.getTime()),
    host: { ...facts.host, kernel_fixes: buildKernelFixes(facts.kernelFixes) },
    scan: { ...facts.scan, cut: cuts.map((cut) => buildCut(cut, byPid.get(cut.pid) ?? null, facts)) },
    summary: {
      processes: affected.length,
      units: units.filter(({ files, outdated = [] }) => files.length > 0 || outdated.length === 0).length,
      maps: processes.reduce((sum, process) => sum + process.maps.length, unlisted('maps')),
      fds: processes.reduce((sum, process) => sum + process.fds.length, unlisted('fds')),
      held_bytes: sumHeldBytes(held),
      held_memory_bytes: sumHeldMemoryBytes(held),
    },
    units,
    related_units: buildRelated(units, facts),
    processes: facts.scan.detail === 'units' ? [] : processes.map((process) => buildProcess(process, facts)),
    kernel_held: facts.kernelHeld?.map(buildKernelHeld) ?? null,
    packages: buildPackages(facts),
    warnings: facts.warnings,
  };
}

/** The units that systemd named, without those in `units`; a unit that --unit left out is one of them. */
function buildRelated(units: readonly Unit[], { systemd, related }: ReportFacts): RelatedUnit[] | null {
  if (related === null) return null;
  const shown = new Set(units.flatMap(({ scope, name }) => (scope === 'system' ? [name] : [])));
  const leftOut = [...systemd].filter(([name]) => !shown.has(name));
  const others = leftOut.map(
    ([name, facts]): RelatedUnit => ({
      name,
      names: facts.names ?? [],
      load_state: facts.load_state,
      active_state: facts.active_state,
      dependencies: facts.dependencies ?? null,
      failure_action: facts.failure_action ?? null,
      success_action: facts.success_action ?? null,
      start_limit_action: facts.start_limit_action ?? null,
      job_timeout_action: facts.job_timeout_action ?? null,
      on_failure_job_mode: facts.on_failure_job_mode ?? null,
      on_success_job_mode: facts.on_success_job_mode ?? null,
      need_daemon_reload: facts.need_daemon_reload,
      fragment_present: facts.fragment_present ?? null,
      programs_present: facts.programs_present ?? null,
      conditions_met: facts.conditions_met ?? null,
      start_fails: null,
    }),
  );
  return [...related, ...others].sort((a, b) => compareBytes(a.name, b.name));
}

function buildProcess(process: AttributedProcess, facts: ReportFacts): Process {
  const { identity, attribution } = process;
  const { session, container } = attribution;
  return {
    pid: process.pid,
    ppid: identity.stat.ppid,
    start_ticks: identity.stat.startTicks,
    started_at: formatTimeOrNull(
      facts.bootTimeSeconds === null
        ? null
        : (facts.bootTimeSeconds + identity.stat.startTicks / facts.clockTicksPerSecond) * 1000,
    ),
    user: buildUser(identity.effectiveUid, facts.userName),
    name: toText(identity.stat.name).text,
    ...renderCommand(identity, facts.scan.command_line),
    executable: buildExecutable(process),
    cgroup: attribution.cgroup,
    unit: buildUnitRef(attribution, facts),
    session: session && { id: session.id, user: buildUser(session.uid, facts.userName) },
    container: container && {
      runtime: container.runtime,
      id: container.id,
      name: container.name,
      user: buildUser(container.uid, facts.userName),
      cgroup: container.cgroup,
    },
    outdated: buildOutdated([process.pid], facts),
    maps: process.maps.map((map) => buildMap(map, facts)).sort(byPath),
    fds: process.fds.map((fd) => buildFd(fd, facts)),
  };
}

function buildUnitRef({ unit }: Attribution, { userName }: ReportFacts): Process['unit'] {
  return unit && { name: unit.name, scope: unit.scope, user: buildUser(unit.uid, userName), source: unit.source };
}

function buildCut(cut: AttributedCut, process: AttributedProcess | null, facts: ReportFacts): CutProcess {
  const { pid, identity, attribution, maps, fds, unreadFds, longPaths, held } = cut;
  const listed = process === null ? [] : [...process.maps, ...process.fds];
  return {
    pid,
    user: buildUser(identity.effectiveUid, facts.userName),
    name: toText(identity.stat.name).text,
    unit: buildUnitRef(attribution, facts),
    maps,
    fds,
    held_bytes: sumHeldBytes([...listed, ...held]) - sumHeldBytes(listed),
    unread_fds: unreadFds,
    long_paths: longPaths,
  };
}

function buildExecutable({ executable }: AttributedProcess): Process['executable'] {
  return executable && { ...buildSourcedPath(executable), deleted: executable.deleted };
}

function buildMap(map: AttributedProcess['maps'][number], facts: ReportFacts): DeletedMap {
  return {
    ...buildSourcedPath(map),
    kind: map.kind,
    role: map.role,
    state: map.state,
    replaced_at: formatTimeNs(map.replacedAtNs),
    device: map.device,
    inode: map.inode === null ? null : String(map.inode),
    links: map.links,
    held_bytes: map.heldBytes,
    fs_type: map.fsType,
    owner: map.ownerUid === null ? null : buildOwner(map.ownerUid, facts),
    mappings: map.mappings,
    mapped_bytes: map.mappedBytes,
    executable: map.executable,
    package: withRunningVersion(ownerOf(map, facts), facts.fixes?.runningVersions.get(map) ?? null),
  };
}

function buildFd(fd: AttributedProcess['fds'][number], facts: ReportFacts): DeletedFd {
  return {
    fd: fd.fd,
    ...buildSourcedPath(fd),
    kind: fd.kind,
    role: fd.role,
    state: fd.state,
    replaced_at: formatTimeNs(fd.replacedAtNs),
    device: fd.device,
    inode: fd.inode === null ? null : String(fd.inode),
    links: fd.links,
    owner: fd.ownerUid === null ? null : buildOwner(fd.ownerUid, facts),
    born_at: formatTimeNs(fd.bornAtNs),
    size_bytes: fd.sizeBytes,
    held_bytes: fd.heldBytes,
    access: fd.access,
    append: fd.append,
    mount_point: fd.mountPoint === null ? null : toText(fd.mountPoint).text,
    fs_type: fd.fsType,
    package: withRunningVersion(ownerOf(fd, facts), facts.fixes?.runningVersions.get(fd) ?? null),
  };
}

function buildKernelHeld({ holder, device, path, sizeBytes, heldBytes }: KernelHeldFile): KernelHeld {
  return { holder, device, ...buildPath(path), size_bytes: sizeBytes, held_bytes: heldBytes };
}

function byPath(a: { path: string; inode: string | null }, b: { path: string; inode: string | null }): number {
  return compareBytes(a.path, b.path) || compareBytes(a.inode ?? '', b.inode ?? '');
}
