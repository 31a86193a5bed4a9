// A judgement -> JUnit XML: one suite for the host, one case for every unit, one that says whether a reboot is required, and one whether
// everything was seen, since CI systems fail an empty suite or take it for none. junit-10.xsd (Jenkins xUnit plugin); XML 1.0, 2.2.

import XMLBuilder from 'fast-xml-builder';
import type { Finding } from '../documents/generated/drift.ts';
import type { Scan } from '../documents/generated/report.ts';
import type { Judgement } from '../drift/judge.ts';
import { count, enumerate } from './format.ts';
import { groupByOwner, useText } from './owners.ts';
import { rebootReasonText, rebootText } from './reboot-reason.ts';
import { sanitize } from './sanitize.ts';

type Outcome = 'failure' | 'error' | 'skipped' | null;

interface Case {
  name: string;
  outcome: Outcome;
  message: string;
  lines: string[];
}

/** Every text is sanitized, so that no character is left that XML does not allow; the builder escapes the markup. */
export function renderJunit(judgement: Judgement, scan: Scan): string {
  const { drift } = judgement;
  const cases = [seenCase(judgement, scan), rebootCase(judgement), ...unitCases(judgement)];
  const total = (outcome: Outcome): string => String(cases.filter((each) => each.outcome === outcome).length);
  const suite = {
    '@name': sanitize(drift.host.hostname),
    '@tests': String(cases.length),
    '@failures': total('failure'),
    '@errors': total('error'),
    '@skipped': total('skipped'),
    // The schema wants digits, and from 1e21 on toFixed() writes an exponent.
    '@time': Math.min(scan.duration_seconds, 1e12).toFixed(3),
    '@timestamp': drift.report.generated_at.replace('Z', ''),
    '@hostname': sanitize(drift.host.hostname),
    testcase: cases.map(toElement),
  };
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    suppressEmptyNode: true,
    suppressBooleanAttributes: false,
    format: true,
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ testsuites: { testsuite: suite } }).trimEnd()}\n`;
}

function toElement({ name, outcome, message, lines }: Case): object {
  const head = { '@name': name, '@classname': 'lib-users' };
  if (outcome === null) return lines.length === 0 ? head : { ...head, 'system-out': lines.join('\n') };
  const type = outcome === 'skipped' ? {} : { '@type': outcome === 'failure' ? 'drift' : 'incomplete' };
  return { ...head, [outcome]: { '@message': message, ...type, '#text': lines.join('\n') } };
}

function seenCase({ drift, allowIncomplete }: Judgement, { processes }: Scan): Case {
  const { seen, denied, failed } = processes;
  const missed = [...(denied > 0 ? [`${denied} denied`] : []), ...(failed > 0 ? [`${failed} failed`] : [])];
  const why =
    missed.length === 0 ? 'the report was narrowed or leaves out processes, or procfs hides some' : enumerate(missed);
  return {
    name: 'every process was inspected',
    outcome: drift.report.complete ? null : allowIncomplete ? 'skipped' : 'error',
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
