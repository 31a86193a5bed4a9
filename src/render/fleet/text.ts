// Fleet -> the text for a person in charge of many hosts: which file on how many hosts, which unit on which hosts,
// which hosts could not be seen, which must reboot, and which inputs could not be read.

import type { Fleet } from '../../documents/generated/fleet.ts';
import { groupBy } from '../../group-by.ts';
import { formatBytes } from '../../sizes.ts';
import { count, quote, readableTime } from '../format.ts';
import type { Paint, Style, Word } from '../layout.ts';
import { fold, word, words } from '../layout.ts';
import { sanitize, sanitizeUnit } from '../sanitize.ts';
import { answerSections, cvesSection, verdictOf } from './fixes-text.ts';
import { unseenBecauseText } from './unseen-text.ts';

const shownNames = 8;

export function* renderFleetText(fleet: Fleet, style: Style): Generator<string> {
  const files = fleet.files.filter(({ role }) => role !== 'scratch').sort((a, b) => b.hosts.length - a.hosts.length);
  const hosts = (wanted: (host: Fleet['hosts'][number]) => boolean): string[] =>
    fleet.hosts.filter(wanted).map(({ hostname }) => hostname);
  yield renderHead(fleet, style);
  const { cve = null } = fleet;
  if (cve !== null) {
    yield fold(words(...verdictOf(cve)), 0, 2, style);
    for (const { title, lines, paint } of answerSections(cve)) yield* section(title, lines, style, paint);
    yield* unheard(fleet, style);
    return;
  }
  const cves = cvesSection(fleet);
  yield* section(cves.title, cves.lines, style, cves.paint);
  yield* section(
    'files',
    files.map(({ path, state, role, kind, hosts, units }) => [
      word(count(hosts.length, 'host').padStart(9)),
      word(state.padEnd(8)),
      word((role === 'code' ? kind : role).padEnd(10)),
      word(quote(sanitize(path))),
      ...(units.length === 0 ? [] : words(`(${nameList(units.map(sanitizeUnit))})`, 'dim')),
    ]),
    style,
  );
  yield* section(
    'units',
    fleet.units.map(({ name, scope, hosts }) => [
      word(sanitizeUnit(name), 'bold'),
      ...(scope === 'user' ? words('of users', 'dim') : []),
      ...words(`on ${nameList(hosts.map(sanitize))}`),
    ]),
    style,
  );
  yield* section('seen only in part', unseenLines(fleet), style, 'yellow');
  yield* section('must reboot', asLines(hosts(({ reboot_required }) => reboot_required === true)), style, 'yellow');
  yield* section(
    'superseded by a newer report',
    fleet.hosts
      .filter(({ superseded }) => superseded > 0)
      .map(({ hostname, superseded, source }) =>
        words(`${quote(sanitize(hostname))}: ${count(superseded, 'older report')}, ${quote(sanitize(source))} counts`),
      ),
    style,
  );
  yield* unheard(fleet, style);
}

function* unheard(fleet: Fleet, style: Style): Generator<string> {
  yield* section('never reported', asLines(fleet.never_reported ?? []), style, 'yellow');
  yield* unreadable(fleet, style);
}

function unreadable({ unreadable_inputs }: Fleet, style: Style): Generator<string> {
  const lines = unreadable_inputs.map(({ source, message }) =>
    words(`${quote(sanitize(source))}: ${sanitize(message)}`),
  );
  return section('could not be read', lines, style, 'red');
}

function renderHead(fleet: Fleet, style: Style): string {
  const { text, clean } = fleetHeadline(fleet);
  const [gate, paint] = gateLine(fleet);
  const head = fold(
    [...words(text, clean ? 'green' : 'bold'), ...words(readableTime(fleet.generated_at), 'dim')],
    0,
    2,
    style,
  );
  return gate === null ? head : head + fold(words(gate, paint), 0, 2, style);
}

/** The one sentence about all hosts, and whether nothing was found and everything was seen. */
export function fleetHeadline({ summary, never_reported = null }: Fleet): { text: string; clean: boolean } {
  const { hosts, affected, incomplete, reboot_required, held_bytes, unreadable_inputs } = summary;
  const silent = never_reported?.length ?? 0;
  const facts = [
    `${affected} of ${count(hosts, 'host')} ${affected === 1 ? 'uses' : 'use'} replaced or deleted files`,
    ...(incomplete + silent > 0 ? [unseenText(incomplete, silent)] : []),
    ...(unreadable_inputs > 0 ? [`${count(unreadable_inputs, 'input')} unreadable`] : []),
    ...(reboot_required > 0 ? [`${reboot_required} must reboot`] : []),
    ...(held_bytes > 0 ? [`${formatBytes(held_bytes)} held`] : []),
  ];
  return { text: `${facts.join(', ')}.`, clean: affected + incomplete + silent + unreadable_inputs === 0 };
}

function unseenText(incomplete: number, silent: number): string {
  const parts = [
    ...(incomplete > 0 ? [`${incomplete} in part`] : []),
    ...(silent > 0 ? [`${silent} never reported`] : []),
  ];
  return `${incomplete + silent} not fully seen (${parts.join(', ')})`;
}

/** Says whether the gate is open; null without one. */
export function gateLine({ verdict = null, fail_on = [] }: Fleet): [text: string | null, paint: Paint] {
  const asked = `(--fail-on ${fail_on.join(',')})`;
  if (verdict === 'drift') return [`The gate is closed ${asked}.`, 'red'];
  if (verdict === 'pass') return [`The gate is open ${asked}.`, 'green'];
  return [verdict === null ? null : `Not enough is known to say that the gate is open ${asked}.`, 'yellow'];
}

function* section(title: string, lines: readonly Word[][], style: Style, paint: Paint = 'bold'): Generator<string> {
  if (lines.length === 0) return;
  yield `\n${fold(words(title, paint), 0, 0, style)}`;
  for (const line of lines) yield fold(line, 2, 12, style);
}

/** One line for all hosts with the same reason. */
function unseenLines({ hosts }: Fleet): Word[][] {
  const groups = groupBy(
    hosts.filter(({ complete }) => !complete),
    unseenBecauseText,
  );
  return [...groups].flatMap(([because, members]) =>
    asLines(members.map(({ hostname }) => hostname)).map((names) => [...names, ...words(`(${because})`, 'dim')]),
  );
}

function asLines(names: readonly string[]): Word[][] {
  return names.length === 0 ? [] : [words(names.map((name) => quote(sanitize(name))).join(', '))];
}

function nameList(sanitized: readonly string[]): string {
  const shown = sanitized.slice(0, shownNames).map(quote);
  return `${shown.join(', ')}${sanitized.length > shownNames ? ` … ${sanitized.length - shownNames} more` : ''}`;
}
