// Report (and plan, and drift) -> metrics for Prometheus, read by node_exporter's textfile collector. Gauges only, no
// timestamps; never a path, pid or id in a label. OpenMetrics 1.0; the text is valid in Prometheus' own format 0.0.4 too.

import type { Drift } from '../documents/generated/drift.ts';
import type { Plan } from '../documents/generated/plan.ts';
import type { Outdated, Report, UnitFile } from '../documents/generated/report.ts';
import { kernelPackage } from '../documents/packages-in-use.ts';
import { earliest } from '../documents/time.ts';
import { groupBy } from '../group-by.ts';
import { sumHeld } from '../held.ts';
import { keyMaker } from '../keys.ts';
import { stableName } from '../stable-names.ts';
import { Family, toSeconds } from './metrics.ts';
import { isNoHint } from './outdated-words.ts';
import { indexUnitFixes, joinCounts } from './pending-fixes.ts';

interface Owned {
  scope: string;
  unit: string;
  user: string;
  staleSince: string | null;
  heldBytes: number;
  /** null if the report does not say. */
  memoryBytes: number | null;
  /** null if it is not known. */
  fixes: number | null;
  files: readonly Pick<UnitFile, 'kind' | 'role' | 'state'>[];
  /** Without hints. */
  outdated: readonly Pick<Outdated, 'kind' | 'confidence'>[];
}

/** A family without a sample is left out: an unknown value is absent, not 0. */
export function renderOpenmetrics(report: Report, plan: Plan | null, drift: Drift | null): string {
  const { scan, host, summary } = report;
  const files = new Family('stale_files', 'Gone files in use, without scratch files.');
  const since = new Family('stale_since_timestamp_seconds', "When the earliest of a unit's stale code was replaced.");
  const held = new Family('held_bytes', 'Bytes that gone files of a unit hold, scratch too; units may share them.');
  const memory = new Family(
    'held_memory_bytes',
    'The part of lib_users_held_bytes that is memory (tmpfs), and no disk.',
  );
  const fixes = new Family(
    'pending_fixes',
    'Security fixes (CVE ids) that are on disk and not in the memory of a unit.',
  );
  const outdated = new Family('outdated', 'What a unit runs that is superseded and not gone, without hints.');
  const all = ownedFiles(report);
  const keyOf = keyMaker();
  const withCode = all.filter(({ files }) => files.some(({ role }) => role === 'code'));
  for (const group of groupBy(withCode, ({ scope, unit, user }) => keyOf(scope, unit, user)).values()) {
    const { scope, unit, user } = group[0]!;
    const amount = joinCounts(group.map((owned) => owned.fixes));
    // A process that was not seen may be of this unit. Then 0 would look like none, and is left out.
    fixes.set({ scope, unit, user }, amount === 0 && !scan.complete ? null : amount);
  }
  for (const owned of all) {
    const { scope, unit, user, staleSince, heldBytes, memoryBytes } = owned;
    const owner = { scope, unit, user };
    for (const { kind, state } of owned.files) files.set({ ...owner, kind, state }, 1);
    for (const { kind, confidence } of owned.outdated) outdated.set({ ...owner, kind, confidence }, 1);
    if (owned.files.length > 0) since.set(owner, staleSince === null ? null : toSeconds(staleSince), Math.min);
    if (heldBytes > 0) held.set(owner, heldBytes);
    if (heldBytes > 0) memory.set(owner, memoryBytes);
  }
  const { seen: _, ...results } = scan.processes;
  const processes = new Family('scan_processes', 'Processes by how far they were looked at.');
  for (const [result, amount] of Object.entries(results)) processes.set({ result }, amount);
  const actions = new Family('actions', 'What must be done, by action.');
  for (const { action } of plan?.actions ?? []) actions.set({ action }, 1);
  const findings = new Family('findings', 'Findings by what became of them since the baseline.');
  for (const [change, amount] of Object.entries(drift?.counts ?? {})) findings.set({ change }, amount);
  return [
    files,
    since,
    outdated,
    fixes,
    held,
    memory,
    new Family('host_held_bytes', 'Bytes that gone files hold, each file once.').set({}, summary.held_bytes),
    new Family(
      'host_held_memory_bytes',
      'The part of lib_users_host_held_bytes that is memory (tmpfs), and no disk.',
    ).set({}, summary.held_memory_bytes ?? null),
    kernelHeldFamily(report),
    new Family('scan_complete', '1 if everything could be seen.').set({}, Number(scan.complete)),
    new Family('scan_timestamp_seconds', 'When the scan began.').set({}, toSeconds(report.generated_at)),
    new Family('scan_duration_seconds', 'How long the scan took.').set({}, scan.duration_seconds),
    processes,
    new Family(
      'kernel_pending_fixes',
      'Security fixes (CVE ids) that only a reboot brings into memory; absent if they are not known.',
    ).set({}, kernelFixes(report)),
    new Family('reboot_required', '1 if the host wants a reboot; absent if that is not known.').set(
      {},
      rebootRequired(host.reboot.required, plan),
    ),
    actions,
    findings,
    new Family('build_info', 'The version of lib-users, always 1.').set({ version: report.tool.version }, 1),
    '# EOF\n',
  ].join('');
}

function kernelHeldFamily({ kernel_held }: Report): Family {
  const help = 'Size of gone files that the kernel itself uses; the file of a loop device may hold fewer.';
  const family = new Family('kernel_held_size_bytes', help);
  if (kernel_held == null) return family;
  return family.set(
    {},
    kernel_held.reduce((sum, { size_bytes }) => sum + (size_bytes ?? 0), 0),
  );
}

function kernelFixes(report: Report): number | null {
  const { fixes = null } = kernelPackage(report) ?? {};
  return fixes === null || (fixes.count === 0 && !fixes.complete) ? null : fixes.count;
}

function rebootRequired(reported: boolean | null, plan: Plan | null): number | null {
  const required = plan === null ? reported : plan.reboot.required;
  return required === null ? null : Number(required);
}

function ownedFiles(report: Report): Owned[] {
  const { units, processes } = report;
  const fixesOf = indexUnitFixes(report);
  const owned = units.map(
    (unit): Owned => ({
      scope: unit.scope,
      unit: stableName('unit', unit.name),
      user: unit.user === null ? '' : (unit.user.name ?? String(unit.user.uid)),
      staleSince: unit.stale_since,
      heldBytes: unit.held_bytes,
      memoryBytes: unit.held_memory_bytes ?? null,
      fixes: fixesOf(unit.scope, unit.user?.uid ?? null, unit.name, unit.files),
      files: unit.files.filter(({ role }) => role !== 'scratch'),
      outdated: (unit.outdated ?? []).filter(isNoHint),
    }),
  );
  const loose = processes
    .filter(({ unit }) => unit === null)
    .map(({ maps, fds }): Owned => {
      const code = [...maps, ...fds].filter(({ role }) => role === 'code');
      const held = sumHeld([...maps, ...fds]);
      return {
        scope: '',
        unit: '',
        user: '',
        staleSince: earliest(code.map(({ replaced_at }) => replaced_at)),
        heldBytes: held.bytes,
        memoryBytes: held.memory,
        fixes: fixesOf(null, null, null, [...maps, ...fds]),
        files: [...maps, ...fds].filter(({ role }) => role !== 'scratch'),
        // Only services are judged, and a hint does not count.
        outdated: [],
      };
    });
  return [...owned, ...loose];
}
