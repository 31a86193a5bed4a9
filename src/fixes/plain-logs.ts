// The logs of pacman and apk -> the changes of packages. pacman(8) (PacmanLog); apk(8) from 3.0 on, which logs only the time of a
// run and not of each line. Both keep no changelogs: the version that still runs is known, but the fixes since then are not known.

import type { Host } from '../host/trusted-file.ts';
import type { Bytes } from '../procfs/bytes.ts';
import { noAdvisories } from './advisories.ts';
import type { Manager, PackageHistory } from './history.ts';
import { type Change, type LogFormat, type PackageLog, readLog } from './package-log.ts';
import { near } from './rpm-logs.ts';

function parsePacmanTime(line: Bytes): number | null {
  const match = /^\[(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:([+-]\d\d):?(\d\d))?\]/.exec(line);
  if (match === null) return null;
  const [, day, time, zone, minutes] = match;
  // A time without a zone is local time, as pacman wrote it before 5.2.
  const at = Date.parse(`${day}T${time}${zone === undefined ? '' : `${zone}:${minutes}`}`);
  return Number.isNaN(at) ? null : at;
}

const pacmanLine = /\] \[ALPM\] (upgraded|downgraded|reinstalled|removed) (\S+) \((\S+)(?: -> (\S+))?\)$/;

function parsePacman(lines: Iterable<Bytes>): Change[] {
  const changes: Change[] = [];
  let before: number | null = null;
  for (const line of lines) {
    const at = parsePacmanTime(line);
    if (at === null) continue;
    const [, what, name, from, to] = pacmanLine.exec(line) ?? [];
    // pacman writes the line after it has put the package in place.
    if (name !== undefined && from !== undefined)
      changes.push({
        name,
        from,
        to: to ?? (what === 'reinstalled' ? from : null),
        beganAt: near(before, at),
        endedAt: at,
      });
    before = at;
  }
  return changes;
}

export const pacmanLog: LogFormat = { timeOf: parsePacmanTime, parse: parsePacman };

/** Returns the time of a run; the log is in UTC. */
function parseApkTime(line: Bytes): number | null {
  const [, day, time] = /^Running `.*` at (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(line) ?? [];
  const at = day === undefined ? Number.NaN : Date.parse(`${day}T${time}Z`);
  return Number.isNaN(at) ? null : at;
}

const apkLine =
  /^\([0-9]+\/[0-9]+\) (Upgrading|Downgrading|Replacing|Reinstalling|Purging) (\S+) \((\S+)(?: -> (\S+))?\)$/;
/** The longest time that a run may take. */
const longestRunMs = 3_600_000;

function parseApk(lines: Iterable<Bytes>): Change[] {
  const changes: Change[] = [];
  let current: Change[] = [];
  let beganAt: number | null = null;
  for (const line of lines) {
    const at = parseApkTime(line);
    if (at !== null) {
      for (const change of current) change.endedAt = Math.min(change.endedAt, at);
      current = [];
      beganAt = at;
      continue;
    }
    const [, what, name, from, to] = apkLine.exec(line) ?? [];
    if (name === undefined || from === undefined || beganAt === null) continue;
    const change = {
      name,
      from,
      to: to ?? (what === 'Purging' ? null : from),
      beganAt,
      endedAt: beganAt + longestRunMs,
    };
    changes.push(change);
    current.push(change);
  }
  return changes;
}

export const apkLog: LogFormat = { timeOf: parseApkTime, parse: parseApk };

const past: PackageHistory = {
  source: null,
  changelog: null,
  without: 'not_kept',
  installed: null,
  toSource: () => null,
  toPackage: () => null,
  compare: () => 0,
  contains: () => false,
  advisories: async () => noAdvisories,
  hasTime: () => false,
};

/** @param since the earliest time of the log that the caller needs, in milliseconds since the epoch */
export function openPlain(host: Host, path: string, since: number, format: LogFormat): Manager {
  let log: Promise<PackageLog> | null = null;
  return {
    historyOf: async () => past,
    log: () => {
      log ??= readLog(host, path, since, format);
      return log;
    },
    close: async () => {},
  };
}
