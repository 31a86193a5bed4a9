// A program beside which a newer version was put -> whether the host now names the newer one: another revision of a snap, another item of a
// store, another folder of a deployment. snap(8), nix-store(1), guix(1).

import { fileName } from '../path-evidence.ts';
import type { StartCommand } from '../systemd/unit-start.ts';
import type { HostFile, HostFiles } from './on-host.ts';

export interface Switched {
  kind: 'snap' | 'store' | 'deployment';
  evidence: 'snap_refreshed' | 'store_switched' | 'deployment_switched';
  /** The folder that is in use and no longer named. */
  path: string;
  /** When the newer one was named, in milliseconds since the epoch; null if that is not known. */
  since: number | null;
}

const snapFolder = /^((?:\/var\/lib\/snapd)?\/snap)\/([^/]+)\/(x?[0-9]+)\//;

/**
 * Returns null if the snap is current, if the program is of no snap, or if nobody can say. systemd names the units of a snap for it, so
 * that no other process passes for one of the snap's.
 */
export function findSnap(program: string, unit: string, files: HostFiles): Switched | null {
  const [, base, name, revision] = snapFolder.exec(program) ?? [];
  if (base === undefined || !unit.startsWith(`snap.${name}.`)) return null;
  const link = `${base}/${name}/current`;
  const target = files.linkAt(link);
  if (target === null || fileName(target) === revision || !/^x?[0-9]+$/.test(fileName(target))) return null;
  return { kind: 'snap', evidence: 'snap_refreshed', path: `${base}/${name}/${revision}`, since: null };
}

/** A store's item and the path in it: the hash, the name up to the version, the rest. */
const storeItem = /^(\/(?:nix|gnu)\/store\/([a-z0-9]{32}))-([^/]+?)(?:-[0-9][^/]*)?(\/.+)$/;

/** A longer file is no wrapper of another program. */
const longestWrapper = 1024 * 1024;

/** Returns null if the unit still names the program that runs, or another kind of program, or if nobody can say. */
export function findSwitched({ path }: StartCommand, program: string, files: HostFiles): Switched | null {
  const file = files.find(path);
  if (typeof file === 'string' || !file.regular || file.path === program) return null;
  return findStore(file, program, files) ?? findDeployment(path, file, program, files);
}

function findStore({ path }: HostFile, program: string, files: HostFiles): Switched | null {
  const now = storeItem.exec(path);
  const before = storeItem.exec(program);
  if (now === null || before === null || now[3] !== before[3] || now[4] !== before[4]) return null;
  const text = files.beginningOf(path, longestWrapper);
  // A wrapper names the program that it runs, which may be of another item with the same name.
  if (text === null || text.includes(before[2]!)) return null;
  return { kind: 'store', evidence: 'store_switched', path: program.slice(0, -before[4]!.length), since: null };
}

/** The unit names its program by way of a link, and the link leads to another folder beside the one that is in use. */
function findDeployment(path: string, file: HostFile, program: string, files: HostFiles): Switched | null {
  const names = path.split('/');
  for (let index = 2; index < names.length; index++) {
    const link = names.slice(0, index).join('/');
    const rest = `/${names.slice(index).join('/')}`;
    if (!file.path.endsWith(rest) || !program.endsWith(rest)) continue;
    const [now, before] = [file.path.slice(0, -rest.length), program.slice(0, -rest.length)];
    const isBeside = parentOf(now) === parentOf(before) && fileName(before) !== '';
    if (!isBeside || link === now || files.linkAt(link) === null) continue;
    // A script that stands there may run any program, as its own.
    if ((files.beginningOf(file.path, 2) ?? '#!') === '#!') return null;
    return { kind: 'deployment', evidence: 'deployment_switched', path: before, since: null };
  }
  return null;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
