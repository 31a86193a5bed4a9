// A changelog of Debian's format, piece by piece -> its entries, the newest first. deb-changelog(5).

import { findCves, findUnsettledCves } from '../cves.ts';
import type { Bytes } from '../procfs/bytes.ts';
import { type EntryChanges, findChanges } from './reverts.ts';

export interface ChangelogEntry extends EntryChanges {
  /** The version of the source in the heading; null if the heading has none. */
  version: string | null;
  /** Seconds since the epoch; null if the entry has no date that can be read. */
  date: number | null;
  cves: readonly string[];
  /** Those of the ids whose fix was not whole, in this entry or before it. */
  unsettled: readonly string[];
}

export interface DebianEntry extends ChangelogEntry {
  source: string;
  version: string;
}

const heading = /^([A-Za-z0-9][-+.A-Za-z0-9]*) \(([^() \t]+)\)(?: +[-+.A-Za-z0-9]+)+;/;
const signature = /^ -- .* {1,2}(?:[A-Za-z]{3}, *)?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d{4})/;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Yields whole entries. An entry that is cut off by the end of the pieces is left out, because a part of it was not seen. */
export async function* parseEntries(pieces: AsyncIterable<Bytes>): AsyncGenerator<DebianEntry> {
  let rest = '';
  let entry: { source: string; version: string; lines: string[] } | null = null;
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const [, source, version] = heading.exec(line) ?? [];
      if (source !== undefined && version !== undefined) entry = { source, version, lines: [] };
      else if (entry !== null && line.startsWith(' -- ')) {
        const text = entry.lines.join('\n');
        yield {
          source: entry.source,
          version: entry.version,
          date: parseDate(line),
          cves: findCves(text),
          unsettled: findUnsettledCves(text),
          ...findChanges(text),
        };
        entry = null;
      } else entry?.lines.push(line);
    }
  }
}

function parseDate(line: string): number | null {
  const match = signature.exec(line);
  if (match === null) return null;
  const [day, month, year, hours, minutes, seconds, zone] = match.slice(1) as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const at = months.indexOf(month);
  if (at === -1) return null;
  const offset = (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3))) * (zone.startsWith('-') ? -60 : 60);
  return Date.UTC(Number(year), at, Number(day), Number(hours), Number(minutes), Number(seconds)) / 1000 - offset;
}
