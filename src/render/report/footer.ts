// Report -> the end of the text: reboot, how much was seen, what was hidden, warnings, and the next step.

import { countUnlisted } from '../../documents/coverage.ts';
import type { KernelHeld, Report } from '../../documents/generated/report.ts';
import { distinct } from '../../keys.ts';
import { formatBytes } from '../../sizes.ts';
import { count, enumerate, quote } from '../format.ts';
import type { Paint } from '../layout.ts';
import { microcodeText } from '../microcode-text.ts';
import { unjudgedText } from '../outdated-words.ts';
import { sanitizePath } from '../raw-bytes.ts';
import { rebootReasonText, rebootUnknownText } from '../reboot-reason.ts';
import { sanitize } from '../sanitize.ts';

/** Sanitized. */
export interface Remark {
  label: string;
  text: string;
  paint: Paint | null;
}

export function remarksOf(report: Report): Remark[] {
  const { complete, suppressed } = report.scan;
  const unknown = countUnknown(report);
  const unlisted = countUnlisted(report);
  const remark = (label: string, text: string, paint: Paint | null = null): Remark[] =>
    text === '' ? [] : [{ label, text, paint }];
  return [
    ...remark('reboot', rebootText(report), report.host.reboot.required ? 'yellow' : null),
    ...remark('livepatch', livepatchText(report)),
    ...remark('microcode', microcodeText(report.host.microcode), 'yellow'),
    ...(report.kernel_held ?? []).flatMap((file) => remark('kernel', kernelHeldText(file), 'yellow')),
    ...remark('seen', seenText(report), complete ? null : 'yellow'),
    ...remark('scripts', unjudgedText(report)),
    ...remark('filters', filterText(report), 'yellow'),
    ...remark('not shown', unlisted > 0 ? `${count(unlisted, 'process')} in no unit (--detail units)` : ''),
    ...remark('unknown', unknown > 0 ? `${count(unknown, 'file')} where looking was impossible or might hang` : ''),
    ...remark('suppressed', suppressedText(suppressed)),
    ...report.warnings.flatMap(({ message }) => remark('warning', sanitize(message), 'yellow')),
  ];
}

function rebootText({ host: { reboot } }: Report): string {
  if (reboot.required === null) return ['not known', rebootUnknownText(reboot)].filter(Boolean).join(': ');
  if (!reboot.required) return 'not required';
  return ['required', reboot.reasons.map(rebootReasonText).join('; ')].filter(Boolean).join(': ');
}

/** Says nothing of the faults that a patch mends, because they are not known. */
function livepatchText({ host: { reboot } }: Report): string {
  const states = { enabled: '', transition: ' (in transition)', unknown: ' (its state cannot be read)' };
  const named = (reboot.livepatches ?? []).map(({ name, state }) => `${sanitize(name)}${states[state ?? 'unknown']}`);
  return enumerate(named);
}

function kernelHeldText({ holder, device, size_bytes, ...path }: KernelHeld): string {
  const size = size_bytes === null ? '' : ` (${formatBytes(size_bytes)})`;
  const user = holder === 'loop' ? `loop device ${sanitize(device ?? '')}` : 'swap';
  return `${user} uses ${quote(sanitizePath(path))}, which is gone${size}`;
}

function seenText({ scan }: Report): string {
  const { seen, inspected, kernel_threads, vanished, denied, failed, blocked = 0 } = scan.processes;
  const all = seen - kernel_threads - vanished;
  const asides = [
    ...(denied > 0 ? [`${denied} denied to uid ${scan.effective_uid}`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(blocked > 0 ? [`${blocked} kept us waiting`] : []),
    ...(vanished > 0 ? [`${vanished} ended meanwhile`] : []),
  ];
  const part = inspected < all ? `${inspected} of ` : scan.complete ? 'all ' : '';
  const aside = asides.length === 0 ? '' : ` (${asides.join(', ')})`;
  return `${part}${count(all, 'process')} in ${scan.duration_seconds.toFixed(2)} s${aside}`;
}

// Written as one types them: the flags to leave out to see everything.
function filterText({ scan: { filters, include } }: Report): string {
  const flags = [
    ...(include.length < 2 ? [`--only ${include.join(' ')}`] : []),
    ...filters.pids.map((pid) => `--pid ${pid}`),
    ...filters.units.map((glob) => `--unit ${quote(sanitize(glob))}`),
    ...filters.ignore.map((glob) => `--ignore ${quote(sanitize(glob))}`),
    ...filters.ignore_literal.map((path) => `--ignore-literal ${quote(sanitize(path))}`),
    ...(filters.default_rules ? [] : ['--no-default-rules']),
  ];
  return flags.join(' ');
}

function suppressedText(suppressed: Report['scan']['suppressed']): string {
  if (suppressed.length === 0) return '';
  const total = (column: 'maps' | 'fds' | 'held_bytes'): number =>
    suppressed.reduce((sum, rule) => sum + rule[column], 0);
  const held = total('held_bytes');
  const what = [
    ...(total('maps') > 0 ? [count(total('maps'), 'map')] : []),
    ...(total('fds') > 0 ? [count(total('fds'), 'descriptor')] : []),
    ...(held > 0 ? [`${formatBytes(held)} held`] : []),
  ];
  return `${enumerate(what)}, by ${count(suppressed.length, 'rule')} (see lib-users rules)`;
}

function countUnknown(report: Report): number {
  const files = [
    ...report.units.flatMap((unit) => unit.files),
    ...report.processes
      .filter((process) => process.unit === null)
      .flatMap((process) => [...process.maps, ...process.fds]),
  ];
  const unknown = files.filter(({ state }) => state === 'unknown');
  return distinct(unknown.map(({ path, path_base64 }) => path_base64 ?? path)).length;
}
