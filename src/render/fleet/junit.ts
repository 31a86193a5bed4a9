// Fleet -> JUnit XML: one suite, one case for every host, one for every expected host that never reported, and one for every input that
// could not be read. With --cve a case is the answer about its host.

import type { CveAnswer, CveHost, Fleet } from '../../documents/generated/fleet.ts';
import { type KeyOf, keyMaker } from '../../keys.ts';
import { count } from '../format.ts';
import { type Case, type Outcome, renderSuite } from '../junit-xml.ts';
import { rebootReasonText, rebootText } from '../reboot-reason.ts';
import { sanitize, sanitizeUnit } from '../sanitize.ts';
import { lackText, whyUnknownText } from './fixes-text.ts';
import { unseenBecauseText } from './unseen-text.ts';

type Host = Fleet['hosts'][number];

export function renderFleetJunit(fleet: Fleet): string {
  const keyOf = keyMaker();
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { hostname } of fleet.hosts) {
    const name = keyOf(sanitize(hostname));
    if (seen.has(name)) twice.add(name);
    seen.add(name);
  }
  const units = unitsByHost(fleet, keyOf);
  const { cve = null } = fleet;
  const caseOf = cve === null ? hostCase : answerCases(cve, keyOf);
  return renderSuite({
    name: 'lib-users fleet',
    hostname: null,
    timestamp: fleet.generated_at,
    seconds: 0,
    cases: [
      ...fleet.hosts.map((host) => {
        const ambiguous = twice.has(keyOf(sanitize(host.hostname)));
        return caseOf(host, ambiguous, ambiguous ? [] : (units.get(keyOf(host.hostname)) ?? []), fleet);
      }),
      ...(fleet.never_reported ?? []).map((name) => unheardCase(sanitize(name), 'it never reported', fleet)),
      ...fleet.unreadable_inputs.map((input) =>
        unheardCase(`${sanitize(input.source)} can be read`, sanitize(input.message), fleet),
      ),
    ],
  });
}

const blind = 'not everything could be seen';

/**
 * A host that passes with a remark is skipped with that remark, since a case cannot warn.
 * @param ambiguous another host has the same name
 * @param units the affected units of the host with that name
 */
function hostCase(host: Host, ambiguous: boolean, units: readonly string[], { fail_on = [] }: Fleet): Case {
  const { complete, reboot_required, stale = 0, reboot_reasons = [], reboot_kind = null, verdict = null } = host;
  const isReboot = reboot_required === true || fail_on.includes('reboot');
  const reboot = isReboot ? rebootText({ required: reboot_required, reasons: reboot_reasons }) : null;
  const isBlind = !complete || (verdict === 'incomplete' && !(isReboot && reboot_required === null));
  const said = [
    ...(stale > 0 ? [count(stale, 'stale unit')] : []),
    ...(reboot === null ? [] : [reboot_kind === 'soft' ? `${reboot} (a soft reboot is enough)` : reboot]),
    ...(isBlind ? [complete ? blind : `${blind}: ${unseenBecauseText(host)}`] : []),
  ];
  const outcomes: Readonly<Record<string, Outcome>> = { drift: 'failure', incomplete: 'error' };
  return {
    name: caseName(host, ambiguous),
    outcome: outcomes[verdict ?? ''] ?? (said.length > 0 ? 'skipped' : null),
    message: said.join('; '),
    lines: [...units.map((unit) => `affected: ${sanitizeUnit(unit)}`), ...reboot_reasons.map(rebootReasonText)],
  };
}

function caseName({ hostname, source }: Host, ambiguous: boolean): string {
  return ambiguous ? `${sanitize(hostname)} (${sanitize(source)})` : sanitize(hostname);
}

/** A host that lacks the fix in memory fails, and a host of which that cannot be known is an error. */
function answerCases({ id, hosts, unknown }: CveAnswer, keyOf: KeyOf): (host: Host, ambiguous: boolean) => Case {
  const lacking = new Map(hosts.map((host) => [keyOf(host.hostname, host.id), host]));
  const open = new Map(unknown.map((host) => [keyOf(host.hostname, host.id), host]));
  return (host, ambiguous) => {
    const key = keyOf(host.hostname, host.id);
    const name = caseName(host, ambiguous);
    const [lack, unsure] = [lacking.get(key), open.get(key)];
    if (lack !== undefined) {
      const lines = [...lack.packages.map(lackLine), ...lack.units.map((unit) => `affected: ${sanitizeUnit(unit)}`)];
      return { name, outcome: 'failure', message: `fixed on disk, not in memory: ${id}`, lines };
    }
    if (unsure === undefined) return { name, outcome: null, message: '', lines: [] };
    const message = `it cannot be known whether ${id} is fixed in memory: ${whyUnknownText(unsure.because)}`;
    return { name, outcome: 'error', message, lines: [] };
  };
}

function lackLine(lack: CveHost['packages'][number]): string {
  return `${lackText(lack)}${lack.closed_by === 'reboot' ? ' (a reboot closes it)' : ''}`;
}

function unitsByHost({ units }: Fleet, keyOf: KeyOf): Map<string, string[]> {
  const byHost = new Map<string, string[]>();
  for (const { name, hosts } of units) {
    for (const host of hosts) {
      const key = keyOf(host);
      const known = byHost.get(key);
      if (known === undefined) byHost.set(key, [name]);
      else known.push(name);
    }
  }
  return byHost;
}

/** A host or an input of which nothing is known. @param name sanitized, as is the message */
function unheardCase(name: string, message: string, { verdict = null, cve = null }: Fleet): Case {
  const isSkipped = cve === null && (verdict === null || verdict === 'pass');
  return { name, outcome: isSkipped ? 'skipped' : 'error', message, lines: [] };
}
