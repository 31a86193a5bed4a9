// One reason for a reboot, of a report or a plan, or the reason why it is not known -> the words for it.

import type { PlanReboot, RebootReason } from '../documents/generated/plan.ts';
import { closesText } from './fixes-words.ts';
import { count, enumerate, quote } from './format.ts';
import { sanitize, sanitizeUnit } from './sanitize.ts';

const shownReasons = 3;

/** Sanitized: whether a reboot is required and why, or that this is not known; null if none is. */
export function rebootText(reboot: PlanReboot): string | null {
  const { required, reasons, fixes = null } = reboot;
  if (required === false) return null;
  if (required === null) {
    return ['it is not known whether a reboot is required', rebootUnknownText(reboot)].filter(Boolean).join(': ');
  }
  const rest = reasons.length - shownReasons;
  const shown = reasons.slice(0, rest > 1 ? shownReasons : undefined).map(rebootReasonText);
  const why = [...shown, ...(rest > 1 ? [`${count(rest, 'other reason')}`] : [])];
  const closes = closesText(fixes);
  const said = [...why, ...(closes === null ? [] : [`it ${closes}`])];
  return said.length === 0 ? 'a reboot is required' : `a reboot is required: ${said.join('; ')}`;
}

/** Says why it is not known, sanitized; empty if the document does not say why, or says elsewhere that it is incomplete. */
export function rebootUnknownText({ unknown_because }: Pick<PlanReboot, 'unknown_because'>): string {
  return unknown_because == null || unknown_because.code === 'incomplete' ? '' : sanitize(unknown_because.message);
}

/** Sanitized: the reason, and since when it is one. */
export function rebootReasonText(reason: RebootReason): string {
  const since = 'since' in reason && reason.since ? ` (since ${reason.since.slice(0, '2026-11-23'.length)})` : '';
  return `${reasonWords(reason)}${since}`;
}

function reasonWords(reason: RebootReason): string {
  switch (reason.code) {
    case 'kernel_outdated':
      return `kernel ${sanitize(reason.installed)} is installed, ${sanitize(reason.running)} runs`;
    case 'kernel_modules_missing':
      return `the modules of the running kernel ${sanitize(reason.running)} are gone`;
    case 'reboot_required_file':
      return [`${quote(sanitize(reason.path))} exists`, enumerate(reason.packages.map(sanitize))]
        .filter(Boolean)
        .join(' for ');
    case 'reboot_needed_file':
      return `${quote(sanitize(reason.path))} exists`;
    case 'image_staged':
      return `a newer image waits for the next boot: ${quote(sanitize(reason.path))} exists`;
    case 'system_switched':
      return `the current system has another ${enumerate(reason.parts)} than was booted`;
    case 'microcode_outdated':
      return `microcode ${sanitize(reason.installed)} is in ${quote(sanitize(reason.path))}, ${sanitize(reason.running)} runs`;
    case 'unit':
      return `${quote(sanitizeUnit(reason.unit))} cannot be restarted safely`;
  }
}
