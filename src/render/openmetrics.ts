// Report (and plan, and drift) -> metrics for Prometheus, read by node_exporter's textfile collector. Gauges only, no
// timestamps; never a path, pid or id in a label. OpenMetrics 1.0; the text is valid in Prometheus' own format 0.0.4 too.

import type { Drift } from '../documents/generated/drift.ts';
import type { Plan } from '../documents/generated/plan.ts';
import type { Report, UnitFile } from '../documents/generated/report.ts';
import { sumHeld } from '../held.ts';
import { stableName } from '../stable-names.ts';
import { sanitize } from './sanitize.ts';

type Labels = Readonly<Record<string, string>>;

/** One metric family: samples by their labels as they are printed. */
class Family {
  readonly #name: string;
  readonly #help: string;
  readonly #samples = new Map<string, number>();

  constructor(name: string, help: string) {
    this.#name = `lib_users_${name}`;
    this.#help = help;
  }

  set(labels: Labels, value: number | null, join: (a: number, b: number) => number = (a, b) => a + b): this {
    const key = renderLabels(labels);
    const old = this.#samples.get(key);
    if (value !== null) this.#samples.set(key, old === undefined ? value : join(old, value));
    return this;
  }

  toString(): string {
    if (this.#samples.size === 0) return '';
    const lines = [...this.#samples].map(([labels, value]) => `${this.#name}${labels} ${renderNumber(value)}\n`);
    return `# HELP ${this.#name} ${this.#help}\n# TYPE ${this.#name} gauge\n${lines.join('')}`;
  }
}

interface Owned {
  scope: string;
  unit: string;
  user: string;
  staleSince: string | null;
  heldBytes: number;
  /** null if the report does not say. */
  memoryBytes: number | null;
  files: readonly Pick<UnitFile, 'kind' | 'role' | 'state'>[];
}

/** A family without a sample is left out: what is not known is absent, not 0. */
export function renderOpenmetrics(report: Report, plan: Plan | null, drift: Drift | null): string {
  const { scan, host, summary } = report;
  const files = new Family('stale_files', 'Gone files in use, without scratch files.');
  const since = new Family('stale_since_timestamp_seconds', "When the earliest of a unit's stale code was replaced.");
  const held = new Family('held_bytes', 'Bytes that gone files of a unit hold, scratch too; units may share them.');
  const memory = new Family(
    'held_memory_bytes',
    'The part of lib_users_held_bytes that is memory (tmpfs), and no disk.',
  );
  for (const owned of ownedFiles(report)) {
    const { scope, unit, user, staleSince, heldBytes, memoryBytes } = owned;
    const owner = { scope, unit, user };
    for (const { kind, state } of owned.files) files.set({ ...owner, kind, state }, 1);
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
    held,
    memory,
    new Family('host_held_bytes', 'Bytes that gone files hold, each file once.').set({}, summary.held_bytes),
    new Family(
      'host_held_memory_bytes',
      'The part of lib_users_host_held_bytes that is memory (tmpfs), and no disk.',
    ).set({}, summary.held_memory_bytes ?? null),
    new Family('scan_complete', '1 where everything could be seen.').set({}, Number(scan.complete)),
    new Family('scan_timestamp_seconds', 'When the scan began.').set({}, toSeconds(report.generated_at)),
    new Family('scan_duration_seconds', 'How long the scan took.').set({}, scan.duration_seconds),
    processes,
    new Family('reboot_required', '1 where the host wants a reboot; absent where that is not known.').set(
      {},
      rebootRequired(host.reboot.required, plan),
    ),
    actions,
    findings,
    new Family('build_info', 'The version of lib-users, always 1.').set({ version: report.tool.version }, 1),
    '# EOF\n',
  ].join('');
}

function rebootRequired(reported: boolean | null, plan: Plan | null): number | null {
  const required = plan === null ? reported : plan.reboot.required;
  return required === null ? null : Number(required);
}

function ownedFiles({ units, processes }: Report): Owned[] {
  const owned = units.map(
    (unit): Owned => ({
      scope: unit.scope,
      unit: stableName('unit', unit.name),
      user: unit.user === null ? '' : (unit.user.name ?? String(unit.user.uid)),
      staleSince: unit.stale_since,
      heldBytes: unit.held_bytes,
      memoryBytes: unit.held_memory_bytes ?? null,
      files: unit.files.filter(({ role }) => role !== 'scratch'),
    }),
  );
  const loose = processes
    .filter(({ unit }) => unit === null)
    .map(({ maps, fds }): Owned => {
      const replaced = [...maps, ...fds].flatMap(({ role, replaced_at }) =>
        role === 'code' && replaced_at ? [replaced_at] : [],
      );
      const held = sumHeld([...maps, ...fds]);
      return {
        ...{ scope: '', unit: '', user: '' },
        staleSince: replaced.sort()[0] ?? null,
        heldBytes: held.bytes,
        memoryBytes: held.memory,
        files: [...maps, ...fds].filter(({ role }) => role !== 'scratch'),
      };
    });
  return [...owned, ...loose];
}

/** null for a time that a report has but no calendar. */
function toSeconds(time: string): number | null {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? null : ms / 1000;
}

/** A sum of what a report that lies says may be infinite. */
function renderNumber(value: number): string {
  return Number.isFinite(value) ? String(value) : '+Inf';
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Unit names keep their backslashes, everything else that is not plain is made visible; then the format's own escapes. */
function escapeLabel(value: string): string {
  const visible = value.split('\\').map(sanitize).join('\\');
  return visible.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
