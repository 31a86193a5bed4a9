// The lines of dpkg.log -> the changes of packages, and how far back the log goes. dpkg(1). The times are local, without a zone.

import type { Bytes } from '../procfs/bytes.ts';
import type { Change } from './package-log.ts';

const line =
  /^[-0-9]{10} [:0-9]{8} (?<what>upgrade|remove|status unpacked|status installed) (?<name>[^ :]+)(?<architecture>:[^ ]+)? (?<version>[^ ]+)(?: (?<next>[^ ]+))?$/;

/** Returns the time of a line in milliseconds since the epoch, read in the zone of this process; null if the line has no time. */
export function timeOfLine(text: Bytes): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d) /.exec(text);
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

/** @param lines the oldest line first */
export function parseDpkgLog(lines: Iterable<Bytes>): Change[] {
  const changes: Change[] = [];
  const open = new Map<Bytes, Change>();
  for (const text of lines) {
    const { what, name, architecture, version, next } = line.exec(text)?.groups ?? {};
    const at = what === undefined ? null : timeOfLine(text);
    if (name === undefined || version === undefined || version === '<none>' || at === null) continue;
    const key = `${name}${architecture ?? ''}`;
    if (what === 'status unpacked') {
      // By the time of this line the old files have lost their names.
      const change = open.get(key);
      if (change?.to === version) change.endedAt = at;
      continue;
    }
    if (what === 'status installed') {
      // It is written once more after each trigger of the package.
      const change = open.get(key);
      if (change?.to === version) change.settledAt = at;
      continue;
    }
    const to = what === 'upgrade' ? (next ?? null) : null;
    const change: Change = { name, from: version, to, beganAt: at, endedAt: at };
    changes.push(change);
    open.set(key, change);
  }
  return changes;
}
