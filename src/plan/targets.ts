// The report -> the targets that get a verdict: units and their parts, containers, and processes in neither.

import { compareBytes } from '../documents/compare-bytes.ts';
import { containerKey } from '../documents/container-key.ts';
import type { Container as NamedContainer } from '../documents/generated/plan.ts';
import type { Container, Process, Report, Unit } from '../documents/generated/report.ts';
import { groupBy } from '../group-by.ts';
import { keyMaker } from '../keys.ts';
import { processReasons } from './reasons.ts';
import { buildContext, planProcess, type Target } from './target.ts';
import { unitTargets } from './unit-targets.ts';

interface Contained {
  process: Process;
  container: Container;
}

/** Builds all targets, in no order. A target may have only findings that call for nothing. */
export function buildTargets(report: Report): Target[] {
  const context = buildContext(report);
  const byPid = [...report.processes].sort((a, b) => a.pid - b.pid);
  const keyOf = keyMaker();
  const contained = byPid.flatMap((process) => (process.container ? { process, container: process.container } : []));
  const containers = groupBy(contained, ({ container }) => containerKey(container, keyOf));
  return [
    ...report.units.flatMap((unit) => unitTargets(unit, context)),
    ...[...containers.values()].map((members) => containerTarget(members)),
    ...byPid
      .filter(({ unit, container }) => unit === null && container === null)
      .map((process) => processTarget(process, report)),
  ];
}

/** Builds the targets of some of the report's units. */
export function buildUnitTargets(units: readonly Unit[], report: Report): Target[] {
  if (units.length === 0) return [];
  const context = buildContext(report);
  return units.flatMap((unit) => unitTargets(unit, context));
}

const inNoUnit = { unit: null, aliases: [], scope: null, user: null, carriesCaller: false, callersOwn: false } as const;

function containerTarget(members: readonly Contained[]): Target {
  return {
    ...inNoUnit,
    kind: 'container',
    container: nameLikeAll(members),
    findings: processReasons(members.map(({ process }) => process)),
  };
}

/** Two hierarchies may name one container by two paths: the first path decides, so that the order of processes does not matter. */
function nameLikeAll(members: readonly Contained[]): NamedContainer {
  const [first] = members
    .map(({ container }) => container)
    .sort((a, b) => compareBytes(a.cgroup ?? '', b.cgroup ?? ''));
  return { ...first!, cgroup: first!.cgroup ?? null };
}

function processTarget(process: Process, report: Report): Target {
  return {
    ...inNoUnit,
    kind: process.pid === 1 && report.host.init === 'systemd' ? 'pid1' : 'process',
    process: planProcess(process),
    findings: processReasons([process]),
  };
}
