// Reports, one after the other -> the fleet document. Only the newest report of a host counts. A newer report takes out the entries
// of the older report, so that memory grows with the size of the result and not with the number of reports.

import { compareBytes } from '../documents/compare-bytes.ts';
import type { Fleet, FleetFile, FleetUnit, UnreadableInput } from '../documents/generated/fleet.ts';
import type { PlanReboot } from '../documents/generated/plan.ts';
import type { Report, Unit } from '../documents/generated/report.ts';
import { schemaVersions } from '../documents/generated/versions.ts';
import { earliest, formatTime } from '../documents/time.ts';
import { incompleteBecause } from '../documents/unseen.ts';
import { distinct, keyMaker } from '../keys.ts';
import { tool } from '../version.ts';
import { findNeverReported } from './expected.ts';
import { answerCve, collectHostFixes, type HostFixes, listCves, whyFixesUnknown } from './fixes.ts';
import { type FleetGate, judgeFleet, judgeHost } from './gate.ts';
import { collectUses, type FileUse } from './uses.ts';

/** The judgement on a report. The caller makes it, because the fold itself decides nothing. */
export interface Assessment {
  /** The plan's answer. */
  reboot: Pick<Required<PlanReboot>, 'required' | 'reasons' | 'kind'>;
  /** How many units, and programs in no unit, count on the host. */
  stale: number;
  /** Whether the report saw everything and shows it. */
  whole: boolean;
}

interface HostEntry {
  /** The number of the host in the lists below. A newer report gets a new, higher number, so every list stays sorted. */
  slot: number;
  about: Required<Fleet['hosts'][number]>;
  affected: boolean;
  whole: boolean;
  fixes: HostFixes;
  files: FileEntry[];
  units: UnitEntry[];
}
// Slots are plain arrays of numbers, because with 10,000 hosts sets and maps of hosts would be most of the memory.
interface FileEntry {
  key: string;
  /** The raw bytes of the path, which the document does not show. */
  base64: string | null;
  about: Omit<FleetFile, 'hosts' | 'units'>;
  slots: number[];
  /** The units that use the file, host by host as in `slots`. Hosts with the same units share the array. */
  units: (readonly string[])[];
}
interface UnitEntry {
  key: string;
  about: Pick<FleetUnit, 'name' | 'scope'>;
  slots: number[];
  /** The bytes that the unit holds, host by host as in `slots`. */
  held: number[];
  /** The part of them that is memory; null if the report does not say it. */
  memory: (number | null)[];
}

/** Leaves out a unit that is listed only for what is inferred. What is certainly outdated counts like a gone file. */
function isAffected({ files, outdated = [] }: Unit): boolean {
  return files.length > 0 || outdated.length === 0 || outdated.some(({ confidence }) => confidence === 'certain');
}

// A source may have two million broken lines, and nobody reads a list of them all.
const listedPerSource = 100;

export class FleetFold {
  readonly #keyOf = keyMaker();
  readonly #hosts = new Map<string, HostEntry>();
  readonly #files = new Map<string, FileEntry>();
  readonly #units = new Map<string, UnitEntry>();
  readonly #lists = new Map<string, readonly string[]>();
  #nextSlot = 0;
  readonly #refused = new Map<string, { file: string; listed: UnreadableInput[]; more: number }>();

  get hosts(): number {
    return this.#hosts.size;
  }

  add(report: Report, source: string, assessment: Assessment): void {
    const { host, generated_at } = report;
    const key = this.#keyOf(host.hostname, host.id);
    const old = this.#hosts.get(key);
    if (old !== undefined && old.about.generated_at > generated_at) {
      old.about.superseded++;
      return;
    }
    if (old !== undefined) this.#remove(old);
    const fixes = collectHostFixes(report, assessment.whole, (cves) => this.#share(cves));
    const entry: HostEntry = {
      slot: this.#nextSlot++,
      about: {
        ...aboutHost(report, source, old === undefined ? 0 : old.about.superseded + 1),
        fixes_unknown: whyFixesUnknown(fixes),
        stale: assessment.stale,
        reboot_required: assessment.reboot.required,
        reboot_kind: assessment.reboot.kind,
        reboot_reasons: assessment.reboot.reasons,
        verdict: null,
      },
      affected: report.summary.processes > 0 || report.units.some(isAffected),
      whole: assessment.whole,
      fixes,
      files: [],
      units: [],
    };
    this.#hosts.set(key, entry);
    for (const unit of report.units.filter(isAffected)) this.#addUnit(entry, unit);
    for (const [fileKey, use] of collectUses(report, this.#keyOf)) this.#addFile(entry, fileKey, use);
  }

  /** @param file the source without its line. At most a hundred inputs of one file are listed. */
  refuse(file: string, input: UnreadableInput): void {
    const key = this.#keyOf(file);
    const refused = this.#refused.get(key) ?? { file, listed: [], more: 0 };
    this.#refused.set(key, refused);
    if (refused.listed.length < listedPerSource) refused.listed.push(input);
    else refused.more++;
  }

  /**
   * @param cve the id that the user asks for, or null
   * @param expected the hosts that should report, or null
   */
  build(now: Date, gate: FleetGate, cve: string | null = null, expected: readonly string[] | null = null): Fleet {
    const hosts = [...this.#hosts.values()].sort(
      ({ about: a }, { about: b }) => compareBytes(a.hostname, b.hostname) || compareBytes(a.id ?? '', b.id ?? ''),
    );
    for (const { about, whole } of hosts) {
      about.verdict = judgeHost({ stale: about.stale, rebootRequired: about.reboot_required, whole }, gate);
    }
    const abouts = hosts.map(({ about }) => about);
    const ranks = new Map(hosts.map(({ slot }, rank) => [slot, rank]));
    const hostNames = (slots: readonly number[]): string[] => {
      const ranked = Uint32Array.from(slots, (slot) => ranks.get(slot)!).sort();
      return Array.from(ranked, (rank) => abouts[rank]!.hostname);
    };
    const named = hosts.map(({ about, fixes }) => ({ hostname: about.hostname, id: about.id, fixes }));
    const refused = [...this.#refused.values()];
    const unread = refused.reduce((sum, { listed, more }) => sum + listed.length + more, 0);
    const hostnames = abouts.map(({ hostname }) => hostname);
    const neverReported = expected === null ? null : findNeverReported(expected, hostnames);
    const unheard = unread + (neverReported?.length ?? 0);
    return {
      kind: 'lib-users/fleet',
      schema_version: schemaVersions.fleet,
      tool: { ...tool },
      generated_at: formatTime(now.getTime()),
      summary: {
        hosts: hosts.length,
        affected: hosts.filter(({ affected }) => affected).length,
        incomplete: abouts.filter(({ complete }) => !complete).length,
        reboot_required: abouts.filter(({ reboot_required }) => reboot_required === true).length,
        held_bytes: sum(abouts.map(({ held_bytes }) => held_bytes)),
        unreadable_inputs: unread,
      },
      fail_on: [...gate.failOn],
      verdict: judgeFleet(
        abouts.map(({ verdict }) => verdict),
        unheard,
        gate,
      ),
      hosts: abouts,
      units: [...this.#units.values()]
        .map(({ about, slots, held, memory }) => ({
          ...about,
          held_bytes: sum(held),
          held_memory_bytes: memory.includes(null) ? null : sum(memory as number[]),
          hosts: hostNames(slots),
        }))
        .sort((a, b) => compareBytes(a.scope, b.scope) || compareBytes(a.name, b.name)),
      files: [...this.#files.values()]
        .sort(byFile)
        .map(({ about, slots, units }) => ({ ...about, hosts: hostNames(slots), units: sortedUnion(units) })),
      cves: listCves(named, cve),
      cve: cve === null ? null : answerCve(cve, named, unheard),
      never_reported: neverReported,
      unreadable_inputs: refused.flatMap(({ file, listed, more }) => [
        ...listed,
        ...(more === 0
          ? []
          : [{ source: file, code: 'invalid_document' as const, message: `and ${more} more inputs like these` }]),
      ]),
    };
  }

  #share(cves: readonly string[]): readonly string[] {
    const key = this.#keyOf(cves.join());
    const known = this.#lists.get(key) ?? cves;
    this.#lists.set(key, known);
    return known;
  }

  #addUnit(host: HostEntry, { scope, name, held_bytes, held_memory_bytes }: Report['units'][number]): void {
    const key = this.#keyOf(scope, name);
    const entry: UnitEntry = this.#units.get(key) ?? { key, about: { name, scope }, slots: [], held: [], memory: [] };
    this.#units.set(key, entry);
    const memory = held_bytes === 0 ? 0 : (held_memory_bytes ?? null);
    // Two users of a host may both have an app.service. They share one entry, and the host is in it once.
    if (entry.slots.at(-1) === host.slot) {
      const last = entry.slots.length - 1;
      const known = entry.memory[last] ?? null;
      entry.held[last] = sum([entry.held[last]!, held_bytes]);
      entry.memory[last] = known === null || memory === null ? null : sum([known, memory]);
      return;
    }
    entry.slots.push(host.slot);
    entry.held.push(held_bytes);
    entry.memory.push(memory);
    host.units.push(entry);
  }

  #addFile(host: HostEntry, key: string, { about, base64, units }: FileUse): void {
    const entry = this.#files.get(key) ?? { key, about, base64, slots: [], units: [] };
    this.#files.set(key, entry);
    const names = distinct(units).sort(compareBytes);
    const last = entry.units.at(-1);
    entry.units.push(last !== undefined && isEqual(names, last) ? last : names);
    entry.slots.push(host.slot);
    host.files.push(entry);
  }

  #remove(host: HostEntry): void {
    for (const entry of host.files) {
      const at = indexOfSlot(entry.slots, host.slot);
      entry.slots.splice(at, 1);
      entry.units.splice(at, 1);
      if (entry.slots.length === 0) this.#files.delete(entry.key);
    }
    for (const entry of host.units) {
      const at = indexOfSlot(entry.slots, host.slot);
      for (const list of [entry.slots, entry.held, entry.memory]) list.splice(at, 1);
      if (entry.slots.length === 0) this.#units.delete(entry.key);
    }
  }
}

/** @param slots in rising order, with `slot` among them */
function indexOfSlot(slots: readonly number[], slot: number): number {
  let low = 0;
  for (let high = slots.length - 1; low < high; ) {
    const middle = (low + high) >> 1;
    if (slots[middle]! < slot) low = middle + 1;
    else high = middle;
  }
  return low;
}

function aboutHost(report: Report, source: string, superseded: number) {
  const { host, scan, summary, generated_at } = report;
  return {
    hostname: host.hostname,
    id: host.id,
    source,
    labels: host.labels,
    generated_at,
    complete: scan.complete,
    units: summary.units,
    held_bytes: summary.held_bytes,
    stale_since: staleSince(report),
    incomplete_because: incompleteBecause(report),
    superseded,
  };
}

function staleSince({ units, processes }: Report): string | null {
  const loose = processes.filter(({ unit }) => unit === null).flatMap(({ maps, fds }) => [...maps, ...fds]);
  const code = loose.filter(({ role }) => role === 'code');
  return earliest([...units.map(({ stale_since }) => stale_since), ...code.map(({ replaced_at }) => replaced_at)]);
}

/**
 * A report may lie about its bytes. The sum ends at the largest integer that is exact, so that the order of the reports does not
 * matter.
 */
function sum(amounts: readonly number[]): number {
  return amounts.reduce((all, amount) => Math.min(all + amount, Number.MAX_SAFE_INTEGER), 0);
}

function sortedUnion(lists: Iterable<readonly string[]>): string[] {
  return distinct([...new Set(lists)].flat()).sort(compareBytes);
}

function isEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function byFile({ about: a, base64 }: FileEntry, { about: b, base64: other }: FileEntry): number {
  return (
    compareBytes(a.path, b.path) ||
    compareBytes(b.via, a.via) ||
    compareBytes(a.kind, b.kind) ||
    compareBytes(a.role, b.role) ||
    compareBytes(a.state, b.state) ||
    compareBytes(base64 ?? '', other ?? '')
  );
}
