// The files that the machine left in /var/day -> what is outdated at each of its scans, without the program: a unit is outdated if its
// main process began before the package of its script was unpacked (dpkg.log), or before its script without a package was born.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../src/documents/generated/report.ts';

/** unit -> the package of the script that its ExecStart= names. */
export const packageOf: Readonly<Record<string, string>> = {
  'fail2ban.service': 'fail2ban',
  'unattended-upgrades.service': 'unattended-upgrades',
  'supervisor.service': 'supervisor',
  'munin-node.service': 'munin-node',
  'spamd.service': 'spamd',
  'srv-puma.service': 'puma',
  'srv-node.service': 'node-http-server',
  'day-kept.service': 'day-kept',
  'day-restarted.service': 'day-restarted',
  'day-unchanged.service': 'day-unchanged',
};
/** A script of no package, and the unit that runs it. */
const deployed = { unit: 'srv-deployed.service', script: '/srv/bin/deployed' };

/** Seconds since 1970. `ended` is that of the `installed` line. */
export interface Upgrade extends Times {
  name: string;
  version: string;
}

/** The upgrades of a dpkg.log whose times are UTC. */
export function parseUpgrades(log: string): Upgrade[] {
  const upgrades: Upgrade[] = [];
  for (const line of log.split('\n')) {
    const [date, clock, action, ...rest] = line.split(' ');
    const time = Date.parse(`${date}T${clock}Z`) / 1000;
    const name = (action === 'status' ? rest[1] : rest[0])?.split(':')[0] ?? '';
    if (action === 'upgrade') upgrades.push({ name, version: rest[2]!, began: time, ended: Number.POSITIVE_INFINITY });
    if (action !== 'status' || rest[0] !== 'installed') continue;
    const open = upgrades.find((each) => each.name === name && each.ended === Number.POSITIVE_INFINITY);
    if (open) open.ended = time;
  }
  return upgrades;
}

/** One scan of the day. Times are seconds since 1970. */
export interface DayScan {
  began: number;
  ended: number;
  report: Report;
  /** The starts of the main processes of all running services, right before the scan. */
  starts: ReadonlyMap<string, number>;
  /** The births of files without a package, right before the scan. */
  births: ReadonlyMap<string, number>;
}

/** The scans below /var/day/scans, the first one first. Throws if one of them failed. */
export function readScans(folder: string): DayScan[] {
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const text = (file: string) => readFileSync(join(folder, name, file), 'utf8');
      if (text('status') !== '0\n')
        throw new Error(`the scan of ${name} ended with ${text('status')}${text('stderr')}`);
      const starts = text('units')
        .split('\n\n')
        .map((block) => new Map(block.split('\n').map((line) => line.split('=') as [string, string])))
        .filter((unit) => unit.get('MainPID') !== '0')
        .map((unit) => [unit.get('Id')!, Number(unit.get('ExecMainStartTimestamp')?.slice(1))] as const);
      const births = text('births')
        .trim()
        .split('\n')
        .map((line) => [line.split(' ')[1]!, Number(line.split(' ')[0])] as const);
      return {
        ...{ began: Number(name), ended: Number(text('ended')) },
        ...{ report: JSON.parse(text('report.json')) as Report, starts: new Map(starts), births: new Map(births) },
      };
    });
}

/**
 * The units that are outdated at a scan, as `unit package version` with the newest version, or as `unit` if the script is of no package;
 * and the units of which something changed or restarted in the very minute, so that either answer is right. `scans` has all of the day.
 */
export function trulyOutdated(
  scan: DayScan,
  upgrades: readonly Upgrade[],
  scans: readonly DayScan[],
): { outdated: string[]; changing: string[] } {
  const outdated: string[] = [];
  const changing: string[] = [];
  for (const [unit, start] of scan.starts) {
    const changes: Change[] = upgrades
      .filter(({ name }) => name === packageOf[unit])
      .map(({ name, version, ...times }) => ({ ...times, line: `${unit} ${name} ${version}` }));
    const birth = scan.births.get(deployed.script);
    if (unit === deployed.unit && birth !== undefined) changes.push({ began: birth, ended: birth, line: unit });
    const restarts = scans.map(({ starts }) => starts.get(unit) ?? 0).map((time) => ({ began: time, ended: time }));
    const isNow = ({ began, ended }: Times) => began - 5 <= scan.ended && scan.began <= ended + 5;
    if ([...changes, ...restarts].some(isNow)) changing.push(unit);
    const since = changes.filter(({ began, ended }) => start < began && ended < scan.began);
    if (since.length > 0) outdated.push(since.at(-1)!.line);
  }
  return { outdated: outdated.sort(), changing };
}

interface Times {
  began: number;
  ended: number;
}

interface Change extends Times {
  line: string;
}
