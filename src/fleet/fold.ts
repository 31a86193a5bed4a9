// Reports, one after the other -> the fleet document. Only the newest report of a host counts. A newer report takes out the entries
// of the older report, so that memory grows with the size of the result and not with the number of reports.

import { compareBytes } from '../documents/compare-bytes.ts';
import type { Fleet, UnreadableInput } from '../documents/generated/fleet.ts';
import type { PlanReboot } from '../documents/generated/plan.ts';
import type { Report } from '../documents/generated/report.ts';
import { schemaVersions } from '../documents/generated/versions.ts';
import { earliest, formatTime } from '../documents/time.ts';
import { incompleteBecause } from '../documents/unseen.ts';
import { keyMaker } from '../keys.ts';
import { tool } from '../version.ts';
import { findNeverReported } from './expected.ts';
import { answerCve, collectHostFixes, type HostFixes, listCves, SharedFixes, whyFixesUnknown } from './fixes.ts';
import { type FleetGate, judgeFleet, judgeHost } from './gate.ts';
import { addBytes, type HostUses, isAffected, UseTable } from './uses.ts';

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
  about: Required<Fleet['hosts'][number]>;
  affected: boolean;
  whole: boolean;
  fixes: HostFixes;
  uses: HostUses;
}

// A source may have two million broken lines, and nobody reads a list of them all.
const listedPerSource = 100;

export class FleetFold {
  readonly #keyOf = keyMaker();
  readonly #hosts = new Map<string, HostEntry>();
  readonly #uses = new UseTable();
  readonly #sharedFixes = new SharedFixes();
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
    if (old !== undefined) this.#uses.remove(old.uses);
    const fixes = collectHostFixes(report, assessment.whole, this.#sharedFixes);
    const entry: HostEntry = {
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
      uses: this.#uses.add(report),
    };
    this.#hosts.set(key, entry);
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
        held_bytes: abouts.reduce((sum, { held_bytes }) => addBytes(sum, held_bytes), 0),
        unreadable_inputs: unread,
      },
      fail_on: [...gate.failOn],
      verdict: judgeFleet(
        abouts.map(({ verdict }) => verdict),
        unheard,
        gate,
      ),
      hosts: abouts,
      ...this.#uses.list(hosts.map(({ about, uses }) => ({ hostname: about.hostname, uses }))),
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
