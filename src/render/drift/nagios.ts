// Drift -> one line and an exit code for Nagios, Icinga and their like.
// Source of truth: Monitoring Plugins Development Guidelines (threshold ranges, performance data, return codes).

import {
  allowsIncomplete,
  countedFindings,
  rebootGate,
  rebootOf,
  sawEnough,
  staleSince,
  undecidedFindings,
} from '../../documents/drift-gate.ts';
import type { Drift, DriftReboot, Finding, ProcessCounts } from '../../documents/generated/drift.ts';
import { formatBytes, notableBytes } from '../../sizes.ts';
import { idsText, pendingText } from '../fixes-words.ts';
import { count } from '../format.ts';
import { rebootText } from '../reboot-reason.ts';
import { sanitize } from '../sanitize.ts';
import { type FindingOwner, groupByOwner } from './owners.ts';
import { undecidedText } from './pending.ts';

export interface Range {
  /** The range as it was written, for the performance data. */
  text: string;
  start: number;
  end: number;
  /** @ in front: alert inside, not outside. */
  inside: boolean;
}

export interface Thresholds {
  /** Ranges for the number of counted units; null never alerts. */
  warning: Range | null;
  critical: Range | null;
  /** A finding that is stale for more seconds than this is CRITICAL, counted or not. */
  criticalAgeSeconds: number | null;
  /** A range for the number of security fixes that are on disk and not in memory; null never alerts. */
  criticalCves: Range | null;
  /** Whether the unknown is UNKNOWN although the judgement allowed it. */
  requireComplete: boolean;
}

export const nagiosCodes = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const;
type State = keyof typeof nagiosCodes;

const shownUnits = 5;

/** The range; null if the text is none. `10` is 0:10, `~:` starts at minus infinity. */
export function parseRange(text: string): Range | null {
  const [, at, from, to] = /^(@?)(?:(~|-?\d+(?:\.\d+)?)?:)?(-?\d+(?:\.\d+)?)?$/.exec(text) ?? [];
  if (at === undefined || (from === undefined && to === undefined && !text.includes(':'))) return null;
  const start = from === undefined ? 0 : from === '~' ? Number.NEGATIVE_INFINITY : Number(from);
  const end = to === undefined ? Number.POSITIVE_INFINITY : Number(to);
  return start > end ? null : { text, start, end, inside: at === '@' };
}

function alerts(range: Range | null, value: number): boolean {
  return range !== null && (value >= range.start && value <= range.end) === range.inside;
}

/** Whether the range alerts for the number of fixes: unknown if the number is only the least one, and a greater one changes the answer. */
function alertsForFixes(range: Range | null, { fixes = null }: Drift): 'yes' | 'no' | 'unknown' {
  if (range === null) return 'no';
  const { count, complete } = fixes ?? { count: 0, complete: false };
  const isAlert = alerts(range, count);
  // The answer changes only at the bounds of a range. So it is the same for all greater numbers if no bound is left.
  const isSettled = complete || count > range.end || (count >= range.start && range.end === Number.POSITIVE_INFINITY);
  return isSettled ? (isAlert ? 'yes' : 'no') : 'unknown';
}

/** One line with its newline, and the exit code. */
export function renderNagios(drift: Drift, thresholds: Thresholds): { text: string; exitCode: number } {
  const reboot = pluginReboot(drift);
  const rebootSaid = rebootText(reboot);
  const owners = groupByOwner(countedFindings(drift));
  const old = findOld(drift, thresholds.criticalAgeSeconds);
  const accepted = drift.accepted?.length ?? 0;
  const scratch = drift.report.held_scratch_bytes ?? 0;
  const state = stateOf(drift, { units: owners.length, old, reboot }, thresholds);
  const stale = count(owners.length, drift.fail_on === 'new' ? 'newly stale unit' : 'stale unit');
  const counts = drift.fixes_only ? `${stale} with fixes not in memory` : stale;
  const pending = pendingText(drift.fixes ?? null, idsText);
  const undecided = undecidedText(drift);
  const what = [
    old.owners.length > 0 ? counts : withNames(counts, owners),
    ...(old.owners.length > 0 ? [withNames(`${old.owners.length} stale for too long`, old.owners)] : []),
    ...(old.unknown > 0 ? [`${count(old.unknown, 'finding')} of unknown age`] : []),
    ...(pending === null ? [] : [pending]),
    ...(undecided === null ? [] : [undecided]),
    ...(alertsForFixes(thresholds.criticalCves, drift) === 'unknown' ? ['not all fixes are known'] : []),
    ...(rebootSaid === null ? [] : [rebootSaid]),
    ...(accepted > 0 ? [`${count(accepted, 'finding')} accepted`] : []),
    // Nobody counts scratch, but a disk that is full of it must not be OK without a word.
    ...(scratch >= notableBytes ? [`scratch files hold ${formatBytes(scratch)}`] : []),
    ...(drift.report.complete ? [] : ['not everything could be seen']),
  ].join('; ');
  return {
    text: `${statusLine(state, what)} | ${perfdata(drift, reboot, owners.length, thresholds)}\n`,
    exitCode: nagiosCodes[state],
  };
}

/** The worst state wins; UNKNOWN hides neither CRITICAL nor WARNING. */
function stateOf(
  drift: Drift,
  { units, old, reboot }: { units: number; old: Old; reboot: DriftReboot },
  { warning, critical, criticalCves, requireComplete }: Thresholds,
): State {
  const gate = rebootGate(reboot);
  const fixes = alertsForFixes(criticalCves, drift);
  if (alerts(critical, units) || fixes === 'yes' || old.owners.length > 0 || gate === 'closed') return 'CRITICAL';
  if (alerts(warning, units) || (reboot.required === true && reboot.counts_as === 'warning')) return 'WARNING';
  if (old.unknown > 0) return 'UNKNOWN';
  if (allowsIncomplete(drift) && !requireComplete) return 'OK';
  const seen = requireComplete ? drift.report.complete : sawEnough(drift);
  const known = fixes === 'no' && undecidedFindings(drift).length === 0;
  return seen && known && gate === 'open' ? 'OK' : 'UNKNOWN';
}

/** A plugin warns of a reboot unless a flag or the configuration says otherwise. */
function pluginReboot(drift: Drift): DriftReboot {
  const reboot = rebootOf(drift);
  return reboot.by_default ? { ...reboot, counts_as: 'warning' } : reboot;
}

interface Old {
  owners: readonly FindingOwner[];
  /** The number of findings that may be too old, because the document does not say since when they are stale. */
  unknown: number;
}

/** A baseline lets a finding pass for ever; --critical-age limits that time. */
function findOld({ findings, generated_at }: Drift, seconds: number | null): Old {
  if (seconds === null) return { owners: [], unknown: 0 };
  const isOlder = (since: string): boolean =>
    // A time that no calendar has does not hide a finding that may be old.
    !(Date.parse(generated_at) - Date.parse(since) <= seconds * 1000);
  const isOld = (finding: Finding): boolean => isOlder(staleSince(finding) ?? finding.first_seen_at);
  return {
    owners: groupByOwner(findings.filter(isOld)),
    unknown: findings.filter((finding) => staleSince(finding) === null && !isOld(finding)).length,
  };
}

function withNames(text: string, owners: readonly FindingOwner[]): string {
  if (owners.length === 0) return text;
  const names = owners.slice(0, shownUnits).map(({ name }) => name);
  if (owners.length > shownUnits) names.push(`${owners.length - shownUnits} more`);
  return `${text}: ${names.join(', ')}`;
}

/** The answer to every error: UNKNOWN, on standard output. */
export function renderNagiosError({ message, hint }: { message: string; hint: string | null }): string {
  return `${statusLine('UNKNOWN', sanitize(hint === null ? message : `${message} (${hint})`))}\n`;
}

/** A bar would begin the performance data; the web interface shows the line as HTML. */
function statusLine(state: State, sanitized: string): string {
  const text = sanitized.replace(/[|<>]/g, (character) => `\\x${character.charCodeAt(0).toString(16)}`);
  return `LIB_USERS ${state} - ${text}`;
}

/** An unknown value is left out. The guidelines have U for it, but most readers take U for no number. */
function perfdata(
  { counts, report, fixes = null }: Drift,
  { required }: DriftReboot,
  units: number,
  { warning, critical, criticalCves }: Thresholds,
): string {
  const { held_bytes, held_memory_bytes, processes } = report;
  return [
    `units=${units};${warning?.text ?? ''};${critical?.text ?? ''};0`,
    ...(['new', 'remaining', 'resolved', 'unseen'] as const).map((change) => `${change}=${counts[change]};;;0`),
    // If not all fixes are known, or not all processes were seen, the number is only the least one. Then 0 is left out, because it
    // would look like none.
    ...(fixes === null || (fixes.count === 0 && !(fixes.complete && report.complete))
      ? []
      : [`pending_fixes=${fixes.count};;${criticalCves?.text ?? ''};0`]),
    ...(held_bytes === undefined ? [] : [`held_bytes=${held_bytes}B;;;0`]),
    ...(held_memory_bytes == null ? [] : [`held_memory_bytes=${held_memory_bytes}B;;;0`]),
    ...(processes === undefined ? [] : [`not_inspected=${notInspected(processes)};;;0`]),
    ...(required === null ? [] : [`reboot=${Number(required)};;;0;1`]),
  ].join(' ');
}

function notInspected({ denied, failed, blocked = 0 }: ProcessCounts): number {
  return denied + failed + blocked;
}
