// rpm -q with the tags of the changelog -> the entries of each package. Most distributions write only the day of an entry, others
// the second. The version stands at the end of the author's line, without the distribution's tag and often without the epoch. Some
// entries have no version.

import { findCves, findUnsettledCves } from '../cves.ts';
import { ask } from '../packages/ask.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Run } from '../spawn.ts';
import type { ChangelogEntry } from './debian-changelog.ts';
import { findChanges } from './reverts.ts';

/** Begins the first line of an entry, so that this line differs from the entry's text. */
const mark = 'lib-users-changelog\t';
const format = `[${mark}%{=NAME}\\t%{=EVR}\\t%{=ARCH}\\t%{=SOURCERPM}\\t%{CHANGELOGTIME}\\t%{CHANGELOGNAME}\\n%{CHANGELOGTEXT}\\n]`;

export interface RpmPast {
  /** The name of the source; null if that is not known. */
  source: string | null;
  /** The newest entry first. */
  entries: ChangelogEntry[];
}

/** Returns the changelogs by name and version, as in `foo 1:2-3.el9`. A package without a changelog is missing. */
export function queryRpmChangelogs(names: readonly string[], run: Run): Map<string, RpmPast> {
  return parseRpmChangelogs(ask(run, 'rpm', ['-q', '--queryformat', format, '--'], names).lines);
}

export function parseRpmChangelogs(lines: readonly Bytes[]): Map<string, RpmPast> {
  const pasts = new Map<string, RpmPast & { architecture: Bytes }>();
  let text: Bytes[] = [];
  let finish = () => {};
  for (const line of lines) {
    const [name, version, architecture = '', sourceRpm, time, author] = line.startsWith(mark)
      ? line.slice(mark.length).split('\t')
      : [];
    if (name === undefined || version === undefined || author === undefined) {
      text.push(line);
      continue;
    }
    finish();
    const key = `${name} ${version}`;
    const past = pasts.get(key) ?? { architecture, source: sourceName(sourceRpm ?? ''), entries: [] };
    pasts.set(key, past);
    const own: Bytes[] = [];
    text = own;
    // A package that is installed for two architectures is listed twice, with one changelog. New entries must not stand below old ones.
    if (past.architecture !== architecture) {
      finish = () => {};
      continue;
    }
    finish = () => {
      const date = /^[0-9]{1,12}$/.test(time ?? '') ? Number(time) : null;
      const text = own.join('\n');
      const [cves, unsettled] = [findCves(text), findUnsettledCves(text)];
      past.entries.push({ version: versionOf(author), date, cves, unsettled, ...findChanges(text) });
    };
  }
  finish();
  return new Map([...pasts].map(([key, { source, entries }]) => [key, { source, entries }]));
}

/** Returns foo for `foo-1.2-3.el9.src.rpm`. */
function sourceName(sourceRpm: Bytes): string | null {
  return /^(.+)-[^-]+-[^-]+\.(?:no)?src\.rpm$/.exec(sourceRpm)?.[1] ?? null;
}

/** Returns 1:3.0.7-27 for `A B <a@b.example> - 1:3.0.7-27`. The changelogs of kernels have brackets: `[5.14.0-503.11.1.el9_5]`. */
function versionOf(author: Bytes): string | null {
  const last = (author.trimEnd().split(/[\s>]/).at(-1) ?? '').replace(/^\[(.*)\]$/, '$1');
  return /^(?:[0-9]+:)?[^:<>@-]+-[^:<>@-]+$/.test(last) && /[0-9]/.test(last) ? last : null;
}
