// A judgement -> JUnit XML: one suite for the host, one case for every unit, one that says whether a reboot is required, and one whether
// everything was seen, since CI systems fail an empty suite or take it for none.

import type { Finding } from '../documents/generated/drift.ts';
import type { Scan } from '../documents/generated/report.ts';
import type { Judgement } from '../drift/judge.ts';
import { count, enumerate } from './format.ts';
import { type Case, type Outcome, renderSuite } from './junit-xml.ts';
import { groupByOwner, useText } from './owners.ts';
import { rebootReasonText, rebootText } from './reboot-reason.ts';
import { sanitize } from './sanitize.ts';

export function renderJunit(judgement: Judgement, scan: Scan): string {
  const { host, report } = judgement.drift;
  const hostname = sanitize(host.hostname);
  return renderSuite({
    name: hostname,
    hostname,
    timestamp: report.generated_at,
    seconds: scan.duration_seconds,
    cases: [seenCase(judgement, scan), rebootCase(judgement), ...unitCases(judgement)],
  });
}

function seenCase({ drift, seen: enough, allowIncomplete }: Judgement, { processes }: Scan): Case {
  const { seen, denied, failed, blocked = 0 } = processes;
  const missed = Object.entries({ denied, failed, blocked }).flatMap(([what, many]) =>
    many > 0 ? [`${many} ${what}`] : [],
  );
  const why =
    missed.length === 0 ? 'the report was narrowed or leaves out processes, or procfs hides some' : enumerate(missed);
  return {
    name: 'every process was inspected',
    outcome: drift.report.complete ? null : enough || allowIncomplete ? 'skipped' : 'error',
    message: drift.report.complete ? '' : `not everything could be seen: ${why}`,
    lines: drift.report.complete ? [] : [`${count(seen, 'process')} seen`],
  };
}

/** A case cannot warn: unless a reboot closes the gate, a case that does not hold is skipped, with the reason. */
function rebootCase({ reboot, rebootGate, allowIncomplete }: Judgement): Case {
  const said = rebootText(reboot);
  const unknown: Outcome = rebootGate === 'unknown' && !allowIncomplete ? 'error' : 'skipped';
  return {
    name: 'no reboot is required',
    outcome: said === null ? null : rebootGate === 'closed' ? 'failure' : unknown,
    message: said ?? '',
    lines: reboot.reasons.map(rebootReasonText),
  };
}

function unitCases({ drift, counted, accepted }: Judgement): Case[] {
  const closing = new Set(counted.map(({ id }) => id));
  const reasons = new Map(accepted.map(({ finding, entry }) => [finding.id, entry.reason]));
  const all = [...drift.findings, ...accepted.map(({ finding }) => finding), ...drift.unseen, ...drift.resolved];
  return groupByOwner(all).map(({ name, findings }) => {
    const failing = findings.filter(({ id }) => closing.has(id));
    const waiting = findings.filter(({ id, change }) => !closing.has(id) && change !== 'resolved');
    const leading = failing.length > 0 ? failing : waiting;
    return {
      name,
      outcome: failing.length > 0 ? 'failure' : waiting.length > 0 ? 'skipped' : null,
      message: enumerate(summarize(leading, reasons)),
      lines: findings.map((finding) => `${changeText(finding, reasons)}: ${useText(finding)}`),
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
