// The security fixes of a fleet -> sections of its text: those that most hosts lack in memory, or the answer to --cve.

import { cutLists, isOfReboot } from '../../documents/fleet-fixes.ts';
import type { CveAnswer, CveHost, CveUnknown, Fleet, FleetCve } from '../../documents/generated/fleet.ts';
import { versionsText } from '../fixes-words.ts';
import { count, quote } from '../format.ts';
import { type Paint, type Word, word, words } from '../layout.ts';
import { sanitize, sanitizeUnit } from '../sanitize.ts';

const shownCves = 10;
const shownNames = 4;

export interface FleetSection {
  title: string;
  lines: Word[][];
  paint: Paint;
}

/** The ten that most hosts lack, and those that only a reboot brings in one line, because a kernel fixes thousands. No section if there are none. */
export function cvesSection({ cves = [] }: Fleet): FleetSection {
  const restarts = cves.filter((each) => !isOfReboot(each));
  const reboots = cves.filter(isOfReboot);
  const more = restarts.length - shownCves;
  return {
    title: 'fixed on disk, not in memory',
    lines: [
      ...restarts
        .slice(0, shownCves)
        .map(({ id, packages, hosts, units }) => [
          word(count(hosts.length, 'host').padStart(9)),
          word(id),
          ...words(few(packages.map(sanitize))),
          ...(units.length === 0 ? [] : words(`(${few(units.map(sanitizeUnit))})`, 'dim')),
        ]),
      ...(more > 0 ? [words(`… ${more} more: see --format json`, 'dim')] : []),
      ...rebootsLine(reboots),
    ],
    paint: 'bold',
  };
}

function rebootsLine(cves: readonly FleetCve[]): Word[][] {
  if (cves.length === 0) return [];
  const most = cves.reduce((max, { hosts }) => Math.max(max, hosts.length), 0);
  const packages = [...new Set(cves.flatMap((each) => each.packages.map(sanitize)))];
  const amount = `${cutLists(cves).reboots ? 'at least ' : ''}${cves.length === 1 ? '1 fix' : `${cves.length} fixes`}`;
  return [
    [
      word(count(most, 'host').padStart(9)),
      ...words(`a reboot brings ${amount}, as ${cves[0]!.id}:`),
      ...words(few(packages)),
    ],
  ];
}

const becauses: Readonly<Record<CveUnknown['because'][number], string>> = {
  not_asked: 'it runs gone code, and its report was made without --fixes',
  not_everything_seen: 'its report is not complete',
  no_package: 'it runs gone code that is of no package now, or of a container',
  fixes_unknown: 'of a version that it runs it is not known what was fixed since',
  changelog_incomplete: 'not all that was fixed since the version that it runs is known',
  list_cut: 'it has more ids than its report lists',
  kernel_unknown: 'it may run an older kernel than is on disk, and it is not known which fixes that kernel lacks',
};

/** Sanitized: `libexpat1 2.5.0-1+deb12u2 → u5`. */
export function lackText({ name, running_version, installed_version }: CveHost['packages'][number]): string {
  return `${sanitize(name)} ${versionsText(running_version, installed_version)}`;
}

export function whyUnknownText(because: CveUnknown['because']): string {
  return because.map((each) => becauses[each]).join('; ');
}

export function verdictOf({ id, verdict, hosts, unknown }: CveAnswer): [text: string, paint: Paint] {
  if (verdict === 'drift') {
    const verb = hosts.length === 1 ? 'runs' : 'run';
    return [`${count(hosts.length, 'host')} still ${verb} code without the fix of ${id}, which is on disk.`, 'red'];
  }
  if (verdict === 'pass') return [`No host runs replaced code without the fix of ${id}.`, 'green'];
  const which = unknown.length === 0 ? 'since not every input could be read' : `of ${count(unknown.length, 'host')}`;
  return [`No host is known to run code without the fix of ${id}, but it cannot be known ${which}.`, 'yellow'];
}

export function answerSections({ hosts, unknown }: CveAnswer): FleetSection[] {
  return [
    {
      title: 'fixed on disk, not in memory',
      lines: hosts.map(({ hostname, packages, units }) => [
        word(quote(sanitize(hostname)), 'bold'),
        ...words(few(packages.map(lackText))),
        ...words(`(${closedByText(packages, units)})`, 'dim'),
      ]),
      paint: 'bold',
    },
    {
      title: 'cannot be known',
      lines: unknown.map(({ hostname, because }) => [
        word(quote(sanitize(hostname)), 'bold'),
        ...words(whyUnknownText(because)),
      ]),
      paint: 'yellow',
    },
  ];
}

/** Sanitized: the units to restart, or the reboot, or both. */
export function closedByText(packages: CveHost['packages'], units: readonly string[]): string {
  const isOf = (step: string) => packages.some(({ closed_by = 'restart' }) => closed_by === step);
  return [
    ...(isOf('restart') ? [units.length === 0 ? 'processes of no unit' : few(units.map(sanitizeUnit))] : []),
    ...(isOf('reboot') ? ['a reboot closes it'] : []),
  ].join('; ');
}

function few(sanitized: readonly string[]): string {
  const shown = sanitized.slice(0, shownNames).map(quoteName);
  return `${shown.join(', ')}${sanitized.length > shownNames ? ` … ${sanitized.length - shownNames} more` : ''}`;
}

/** Leaves a change of versions (`libexpat1 1 → 2`) without quotes, because its blanks belong to it. */
function quoteName(name: string): string {
  return name.includes(' → ') ? name : quote(name);
}
