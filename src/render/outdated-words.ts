// The report's outdated scripts and programs -> the words for them, and their counts.

import type { Outdated, OutdatedUnknown, Report } from '../documents/generated/report.ts';
import { count, enumerate, readableTime } from './format.ts';
import { sanitize } from './sanitize.ts';

/** Whether plans, metrics and rows have it. A hint is for people only. */
export function isNoHint({ confidence }: Outdated): boolean {
  return confidence !== 'possible';
}

/** The processes and units with something that is certain or likely. */
export function countOutdated({ units, processes }: Report): { processes: number; units: number } {
  const inUnits = units.map(({ outdated = [] }) => outdated.filter(isNoHint));
  const pids = new Set(inUnits.flatMap((outdated) => outdated.flatMap((each) => each.pids)));
  for (const { pid, outdated = [] } of processes) if (outdated.some(isNoHint)) pids.add(pid);
  return { processes: pids.size, units: inUnits.filter(({ length }) => length > 0).length };
}

const evidenceWords: Readonly<Record<Outdated['evidence'][number], string>> = {
  script_reborn: 'newer than the process',
  package_upgraded: 'its package was upgraded',
  content_changed: "its content is not the package's",
  script_modified: 'edited since the process began',
  argv_script_reborn: 'by its own arguments, newer than the process',
  argv_script_modified: 'by its own arguments, edited since the process began',
  venv_changed: 'packages were installed there since the process began',
  modules_changed: 'modules were installed there since the process began',
  dependency_upgraded: 'its package depends on a library that was upgraded',
  snap_refreshed: 'the snap was refreshed',
  store_switched: 'the unit names another item',
  deployment_switched: 'the unit leads to another folder',
};

/** `python, newer than the process since 2026-11-23 07:40, its package was upgraded, now fail2ban 1.1, 1.0 runs`. */
export function outdatedFacts({ language, evidence, since, package: owner }: Outdated): string[] {
  const running = owner?.running_version ?? null;
  return [
    ...(language === null ? [] : [language]),
    ...evidence.filter((each) => each !== 'package_upgraded').map((each) => evidenceWords[each]),
    ...(since === null ? [] : [readableTime(since)]),
    ...(owner === null ? [] : [`now ${sanitize(owner.name)} ${sanitize(owner.version)}`]),
    ...(running === null || running === owner?.version ? [] : [`${sanitize(running)} runs`]),
  ];
}

const unknownWords: Readonly<Record<OutdatedUnknown['because'], string>> = {
  container: 'in a container',
  no_service: 'in no service of the system',
  not_main: 'not the main process of its service',
  no_facts: 'systemd does not say how it starts',
  own_files: 'with files of its own',
  unit_changed: 'its unit file changed',
  no_script: 'its unit names no script',
  not_its_script: 'it does not run what its unit names',
  unreadable: 'its script is not there, or a look at it may hang',
  no_birth: 'the file system keeps no births',
  reloaded: 'it may have been reloaded since',
  no_history: 'the log of the packages does not reach back',
  no_digest: "not known whether its content is the package's",
  settings_unknown: 'its PHP settings are not known, or changed since',
  opcache_frozen: 'its PHP keeps scripts that it has read',
  vanished: 'ended meanwhile',
};

/** These are so many on every host that only a person who asks for hints wants to read them. */
const usual: readonly OutdatedUnknown['because'][] = ['container', 'no_service', 'not_main', 'vanished'];

/** '' if there is nothing to say. */
export function unjudgedText({ scan: { outdated = null } }: Report): string {
  const unknown = (outdated?.unknown ?? []).filter(({ because }) => outdated?.possible || !usual.includes(because));
  if (unknown.length === 0) return '';
  const named = unknown.map(({ because, processes }) => `${count(processes, 'process')} (${unknownWords[because]})`);
  return `not known of ${enumerate(named)}`;
}
