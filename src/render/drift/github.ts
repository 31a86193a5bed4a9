// Drift -> workflow commands of GitHub Actions: at most ten errors, one a unit, and the rest in one
// warning. A step shows ten of each kind, so that an eleventh error would be lost.
// Source of truth: "Workflow commands for GitHub Actions", and escapeData/escapeProperty of actions/toolkit's core.

import { allowsIncomplete, countedFindings, rebootGate, rebootOf } from '../../documents/drift-gate.ts';
import type { Drift } from '../../documents/generated/drift.ts';
import { longIdsText } from '../fixes-words.ts';
import { count, enumerate } from '../format.ts';
import { rebootText } from '../reboot-reason.ts';
import { sanitize } from '../sanitize.ts';
import { groupByOwner, useText } from './owners.ts';
import { fixesLines, undecidedText } from './pending.ts';

const shownErrors = 10;

export function renderGithub(drift: Drift): string {
  const reboot = rebootOf(drift);
  const host = sanitize(drift.host.hostname);
  const owners = groupByOwner(countedFindings(drift));
  const shownUnits = rebootGate(reboot) === 'closed' ? shownErrors - 1 : shownErrors;
  const lines = owners.slice(0, shownUnits).map(({ name, findings }) => {
    const said = [...findings.map(useText), ...fixesLines(drift, findings, longIdsText)];
    return command('error', `${name} on ${host}`, said.join('\n'));
  });
  const rest = owners.slice(shownUnits);
  if (rest.length > 0) {
    const files = rest.reduce((sum, { findings }) => sum + findings.length, 0);
    lines.push(command('warning', host, `${count(rest.length, 'more unit')} with ${count(files, 'finding')}`));
  }
  const rebootSaid = rebootText(reboot);
  if (rebootSaid !== null) lines.push(command(rebootCommand(drift), host, rebootSaid));
  if (drift.verdict === 'incomplete' && !drift.report.complete)
    lines.push(command('error', host, 'not everything could be seen; run as root'));
  else if (!drift.report.complete) lines.push(command('warning', host, 'not everything could be seen'));
  const undecided = undecidedText(drift);
  if (undecided !== null) lines.push(command(drift.verdict === 'incomplete' ? 'error' : 'warning', host, undecided));
  if (drift.verdict === 'pass') {
    const counts = { ...drift.counts, ...(drift.accepted && { accepted: drift.accepted.length }) };
    const sum = enumerate(Object.entries(counts).map(([change, amount]) => `${amount} ${change}`));
    lines.push(command('notice', host, `nothing counts: ${sum}`));
  }
  return lines.join('');
}

function rebootCommand(drift: Drift): 'error' | 'warning' | 'notice' {
  const reboot = rebootOf(drift);
  const gate = rebootGate(reboot);
  if (gate === 'closed' || (gate === 'unknown' && !allowsIncomplete(drift))) return 'error';
  return reboot.counts_as === 'warning' && reboot.required === true ? 'warning' : 'notice';
}

function command(name: 'error' | 'warning' | 'notice', title: string, message: string): string {
  return `::${name} title=${escapeProperty(title)}::${escapeData(message)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
