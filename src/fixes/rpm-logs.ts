// The logs of dnf 4, dnf 5 and zypper -> the changes of packages. dnf(8), dnf5(8), zypper(8). dnf names the old version and the new
// version on two lines. zypper names only the new version, so the old version is that of an earlier line for the package.

import type { Bytes } from '../procfs/bytes.ts';
import type { Change, LogFormat } from './package-log.ts';

/** Reads `2026-11-20T06:12:44+0100`, as both versions of dnf write it. */
function parseTime(text: Bytes): number | null {
  const match =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)([+-]\d\d):?(\d\d)/.exec(text) ?? /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z/.exec(text);
  if (match === null) return null;
  const at = Date.parse(`${match[1]}${match[2] === undefined ? 'Z' : `${match[2]}:${match[3]}`}`);
  return Number.isNaN(at) ? null : at;
}

interface Label {
  name: string;
  version: string;
  architecture: string;
}

/** Reads `foo-libs-1:3.2.2-6.el9.x86_64`. dnf sometimes writes an epoch of 0. */
function parseLabel(label: Bytes): Label | null {
  const [, name, version, architecture] = /^(.+)-((?:[0-9]+:)?[^-:]+-[^-]+)\.([^.-]+)$/.exec(label) ?? [];
  if (name === undefined || version === undefined || architecture === undefined) return null;
  return { name, version: version.replace(/^0:/, ''), architecture };
}

type Step = { at: number; kind: 'begin' | 'new' | 'old'; label: Bytes };

/** Joins the steps of a change. rpm first installs the new files, and then removes the old files that are left. */
function pair(steps: Iterable<Step>): Change[] {
  const changes: Change[] = [];
  let added = new Map<Bytes, { at: number; version: string }>();
  for (const { at, kind, label } of steps) {
    if (kind === 'begin') added = new Map();
    const parsed = parseLabel(label);
    if (parsed === null) continue;
    const { name, version, architecture } = parsed;
    const key = `${name}.${architecture}`;
    if (kind === 'new') added.set(key, { at, version });
    if (kind !== 'old') continue;
    const next = added.get(key);
    changes.push({ name, from: version, to: next?.version ?? null, beganAt: next?.at ?? at, endedAt: at });
    added.delete(key);
  }
  return changes;
}

const dnf4Line =
  /^\S+ \S+ (Upgrade|Downgrade|Reinstall|Upgraded|Downgraded|Reinstalled|Obsoleted|Erase|Erased): (\S+)$/;
const dnf4New = new Set(['Upgrade', 'Downgrade', 'Reinstall']);

function* dnf4Steps(lines: Iterable<Bytes>): Generator<Step> {
  for (const line of lines) {
    const [, word, label] = dnf4Line.exec(line) ?? [];
    const at = word === undefined ? null : parseTime(line);
    if (word === undefined || label === undefined || at === null) continue;
    yield { at, kind: dnf4New.has(word) ? 'new' : 'old', label };
  }
}

export const dnf4Log: LogFormat = { timeOf: parseTime, parse: (lines) => pair(dnf4Steps(lines)) };

const dnf5Line = /^\S+ \[[0-9]+\] [A-Z]+ RPM callback (?:(install|uninstall) start "([^"]+)"|transaction start)/;

function* dnf5Steps(lines: Iterable<Bytes>): Generator<Step> {
  for (const line of lines) {
    const match = dnf5Line.exec(line);
    const at = match === null ? null : parseTime(line);
    if (match === null || at === null) continue;
    const [, word, label] = match;
    yield { at, kind: word === 'install' ? 'new' : word === 'uninstall' ? 'old' : 'begin', label: label ?? '' };
  }
}

export const dnf5Log: LogFormat = { timeOf: parseTime, parse: (lines) => pair(dnf5Steps(lines)) };

const zypperLine = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\|(install|remove) *\|([^|]+)\|([^|]+)\|([^|]+)\|/;

/** Reads local time, because the log has no zone. */
function parseZypperTime(line: Bytes): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\|/.exec(line);
  if (match === null) return null;
  const [year, month, day, hours, minutes, seconds] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return new Date(year, month - 1, day, hours, minutes, seconds).getTime();
}

function parseZypper(lines: Iterable<Bytes>): Change[] {
  const changes: Change[] = [];
  const installed = new Map<Bytes, string>();
  let before: number | null = null;
  for (const line of lines) {
    const at = parseZypperTime(line);
    if (at === null) continue;
    const match = zypperLine.exec(line);
    if (match !== null) {
      const [what, name, version, architecture] = match.slice(7) as [string, string, string, string];
      const key = `${name}.${architecture}`;
      const from = what === 'remove' ? version : installed.get(key);
      // zypper writes the line after it has put the package in place.
      if (from !== undefined)
        changes.push({ name, from, to: what === 'remove' ? null : version, beganAt: near(before, at), endedAt: at });
      if (what === 'remove') installed.delete(key);
      else installed.set(key, version);
    }
    before = at;
  }
  return changes;
}

const hourMs = 3_600_000;

/** Returns the time from which on the package may have been unpacked: that of the line before, if it belongs to the same run. */
export function near(before: number | null, at: number): number {
  return before !== null && at - before < hourMs && before <= at ? before : at;
}

export const zypperLog: LogFormat = { timeOf: parseZypperTime, parse: parseZypper };
