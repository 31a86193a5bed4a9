// A judgement -> one line and an exit code for Nagios, Icinga and their like.
// Source of truth: Monitoring Plugins Development Guidelines (threshold ranges, performance data, return codes).

import type { Report } from '../documents/generated/report.ts';
import type { Judgement } from '../drift/judge.ts';
import { sumHeld } from '../held.ts';
import { formatBytes, notableBytes } from '../sizes.ts';
import { count } from './format.ts';
import { groupByOwner, type Owner } from './owners.ts';
import { rebootText } from './reboot-reason.ts';
import { sanitize } from './sanitize.ts';

export interface Range {
  /** As it was written, for the performance data. */
  text: string;
  start: number;
  end: number;
  /** @ in front: alert inside, not outside. */
  inside: boolean;
}

export interface Thresholds {
  /** Over the number of counted units; null never alerts. */
  warning: Range | null;
  critical: Range | null;
  /** A finding that is stale for longer is CRITICAL, counted or not; in seconds. */
  criticalAgeSeconds: number | null;
}

export const nagiosCodes = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const;
type State = keyof typeof nagiosCodes;

const shownUnits = 5;

/** The range, or null where it is none. `10` is 0:10, `~:` starts at minus infinity. */
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

/** One line with its newline, and the exit code. The worst state wins; UNKNOWN hides neither CRITICAL nor WARNING. */
export function renderNagios(
  judgement: Judgement,
  report: Report,
  thresholds: Thresholds,
): { text: string; exitCode: number } {
  const { drift, counted, accepted, allowIncomplete, seen, reboot, rebootGate } = judgement;
  const rebootSaid = rebootText(reboot);
  const owners = groupByOwner(counted);
  // A baseline lets a finding pass for as long as one likes; this flag says how long that is.
  const old = groupByOwner(drift.findings.filter(({ id }) => isTooOld(judgement, id, thresholds.criticalAgeSeconds)));
  const state: State =
    alerts(thresholds.critical, owners.length) || old.length > 0 || rebootGate === 'closed'
      ? 'CRITICAL'
      : alerts(thresholds.warning, owners.length) || (reboot.required === true && reboot.counts_as === 'warning')
        ? 'WARNING'
        : (seen && rebootGate === 'open') || allowIncomplete
          ? 'OK'
          : 'UNKNOWN';
  const counts = count(owners.length, drift.fail_on === 'new' ? 'newly stale unit' : 'stale unit');
  const scratch = sumScratch(report);
  const what = [
    old.length > 0 ? counts : withNames(counts, owners),
    ...(old.length > 0 ? [withNames(`${old.length} stale for too long`, old)] : []),
    ...(rebootSaid === null ? [] : [rebootSaid]),
    ...(accepted.length > 0 ? [`${count(accepted.length, 'finding')} accepted`] : []),
    // Nobody counts scratch, and a disk that is full of it is not OK without a word.
    ...(scratch >= notableBytes ? [`scratch files hold ${formatBytes(scratch)}`] : []),
    ...(drift.report.complete ? [] : ['not everything could be seen']),
  ].join('; ');
  return {
    text: `${statusLine(state, what)} | ${perfdata(judgement, report, owners.length, thresholds)}\n`,
    exitCode: nagiosCodes[state],
  };
}

/** A file that is mapped and open as well counts twice: a unit's files do not say which is which. */
function sumScratch({ units, processes }: Report): number {
  const inUnits = units.flatMap(({ files }) => files.filter(({ role }) => role === 'scratch'));
  const loose = processes
    .filter(({ unit }) => unit === null)
    .flatMap(({ maps, fds }) => [...maps, ...fds].filter(({ role }) => role === 'scratch'));
  return inUnits.reduce((sum, { held_bytes }) => sum + (held_bytes ?? 0), sumHeld(loose).bytes);
}

function withNames(text: string, owners: readonly Owner[]): string {
  if (owners.length === 0) return text;
  const names = owners.slice(0, shownUnits).map(({ name }) => name);
  if (owners.length > shownUnits) names.push(`${owners.length - shownUnits} more`);
  return `${text}: ${names.join(', ')}`;
}

/** What every error is: UNKNOWN, on standard output. */
export function renderNagiosError({ message, hint }: { message: string; hint: string | null }): string {
  return `${statusLine('UNKNOWN', sanitize(hint === null ? message : `${message} (${hint})`))}\n`;
}

/** A bar would begin the performance data; the web interface shows the line as HTML. */
function statusLine(state: State, sanitized: string): string {
  const text = sanitized.replace(/[|<>]/g, (character) => `\\x${character.charCodeAt(0).toString(16)}`);
  return `LIB_USERS ${state} - ${text}`;
}

function perfdata(
  { drift, reboot }: Judgement,
  report: Report,
  units: number,
  { warning, critical }: Thresholds,
): string {
  const { denied, failed, blocked = 0 } = report.scan.processes;
  const { held_bytes, held_memory_bytes } = report.summary;
  return [
    `units=${units};${warning?.text ?? ''};${critical?.text ?? ''};0`,
    ...(['new', 'remaining', 'resolved', 'unseen'] as const).map((change) => `${change}=${drift.counts[change]};;;0`),
    `held_bytes=${held_bytes}B;;;0`,
    ...(held_memory_bytes === undefined ? [] : [`held_memory_bytes=${held_memory_bytes}B;;;0`]),
    `not_inspected=${denied + failed + blocked};;;0`,
    // Absent if it is not known: U, which the guidelines have for that, is no number to most readers.
    ...(reboot.required === null ? [] : [`reboot=${Number(reboot.required)};;;0;1`]),
  ].join(' ');
}

/** A time that no calendar has does not hide what may be old. */
function isTooOld({ staleSince, drift }: Judgement, id: string, seconds: number | null): boolean {
  if (seconds === null) return false;
  return !(Date.parse(drift.generated_at) - Date.parse(staleSince.get(id)!) <= seconds * 1000);
}
