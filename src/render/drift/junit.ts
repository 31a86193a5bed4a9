// Drift -> JUnit XML: one suite for the host, one case for every unit, one that says whether a reboot is required, and one whether
// everything was seen, since CI systems fail an empty suite or ignore it.

import {
  allowsIncomplete,
  countedFindings,
  rebootGate,
  rebootOf,
  sawEnough,
  undecidedFindings,
} from '../../documents/drift-gate.ts';
import type { Drift, Finding } from '../../documents/generated/drift.ts';
import { longIdsText } from '../fixes-words.ts';
import { count, enumerate } from '../format.ts';
import { type Case, type Outcome, renderSuite } from '../junit-xml.ts';
import { rebootReasonText, rebootText } from '../reboot-reason.ts';
import { sanitize } from '../sanitize.ts';
import { groupByOwner, useText } from './owners.ts';
import { fixesLines } from './pending.ts';

export function renderJunit(drift: Drift): string {
  const { host, report } = drift;
  const hostname = sanitize(host.hostname);
  return renderSuite({
    name: hostname,
    hostname,
    timestamp: report.generated_at,
    seconds: report.duration_seconds ?? null,
    cases: [seenCase(drift), rebootCase(drift), ...unitCases(drift)],
  });
}

function seenCase(drift: Drift): Case {
  const { complete, processes } = drift.report;
  const isAllowed = sawEnough(drift) || allowsIncomplete(drift);
  const name = 'every process was inspected';
  if (complete) return { name, outcome: null, message: '', lines: [] };
  return {
    name,
    outcome: isAllowed ? 'skipped' : 'error',
    message: ['not everything could be seen', ...whyUnseen(drift)].join(': '),
    lines: processes === undefined ? [] : [`${count(processes.seen, 'process')} seen`],
  };
}

function whyUnseen({ report: { processes } }: Drift): string[] {
  if (processes === undefined) return [];
  const { denied, failed, blocked = 0 } = processes;
  const missed = Object.entries({ denied, failed, blocked }).flatMap(([what, many]) =>
    many > 0 ? [`${many} ${what}`] : [],
  );
  return [
    missed.length === 0 ? 'the report was narrowed or leaves out processes, or procfs hides some' : enumerate(missed),
  ];
}

/** A case cannot warn. A case that does not hold is skipped with the reason, unless a reboot closes the gate. */
function rebootCase(drift: Drift): Case {
  const reboot = rebootOf(drift);
  const gate = rebootGate(reboot);
  const said = rebootText(reboot);
  const unknown: Outcome = gate === 'unknown' && !allowsIncomplete(drift) ? 'error' : 'skipped';
  return {
    name: 'no reboot is required',
    outcome: said === null ? null : gate === 'closed' ? 'failure' : unknown,
    message: said ?? '',
    lines: reboot.reasons.map(rebootReasonText),
  };
}

function unitCases(drift: Drift): Case[] {
  const { accepted = [] } = drift;
  const closing = new Set(countedFindings(drift).map(({ id }) => id));
  const undecided = new Set(undecidedFindings(drift).map(({ id }) => id));
  const unknown: Outcome = allowsIncomplete(drift) ? 'skipped' : 'error';
  const reasons = new Map(accepted.map(({ finding, reason }) => [finding.id, reason]));
  const all = [...drift.findings, ...accepted.map(({ finding }) => finding), ...drift.unseen, ...drift.resolved];
  return groupByOwner(all).map(({ name, findings }) => {
    const failing = findings.filter(({ id }) => closing.has(id));
    const waiting = findings.filter(({ id, change }) => !closing.has(id) && change !== 'resolved');
    const open = findings.filter(({ id }) => undecided.has(id));
    const leading = [failing, open, waiting].find((some) => some.length > 0) ?? [];
    const summary = enumerate(summarize(leading, reasons));
    return {
      name,
      outcome: failing.length > 0 ? 'failure' : open.length > 0 ? unknown : waiting.length > 0 ? 'skipped' : null,
      message:
        leading === open ? `${summary}, and it is not known whether fixes are on disk and not in memory` : summary,
      lines: [
        ...findings.map((finding) => `${changeText(finding, reasons)}: ${useText(finding)}`),
        ...fixesLines(drift, [...failing, ...waiting], longIdsText),
      ],
    };
  });
}

function summarize(findings: readonly Finding[], reasons: ReadonlyMap<string, string>): string[] {
  const texts = findings.map((finding) => changeText(finding, reasons));
  return [...new Set(texts)].map((text) => `${texts.filter((each) => each === text).length} ${text}`);
}

function changeText({ id, change }: Finding, reasons: ReadonlyMap<string, string>): string {
  const reason = reasons.get(id);
  return reason === undefined ? change : `accepted (${sanitize(reason)})`;
}
