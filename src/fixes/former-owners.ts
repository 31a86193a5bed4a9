// Gone files of no package -> the packages that had these files until an upgrade brought a file of another name, as libfoo.so.1.3
// for libfoo.so.1.2. A package counts as the former owner of a file if two facts agree: dpkg unpacked the package when the file
// lost its name, and the changelog of the package has exactly one entry with the file's own time.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Host, trustedOwner } from '../host/trusted-file.ts';
import { openDpkg } from './dpkg.ts';
import { findSources } from './dpkg-changelog.ts';
import { parseDpkgLog, timeOfLine } from './dpkg-log.ts';
import { findEntry } from './judge.ts';
import { type Change, readLog } from './package-log.ts';
import type { Use } from './use.ts';

/** The known facts of a gone file of no package. */
export type Stray = Pick<Use, 'modifiedAtNs' | 'unlinkedAtNs' | 'fileOwner'>;

/** The most packages that are asked, because one upgrade may unpack very many packages in one second. */
const mostPackages = 64;

/** Returns one owner for each stray; null if nobody can tell. */
export async function findFormerOwners(strays: readonly Stray[], host: Host): Promise<(Use['owner'] | null)[]> {
  const trusted = trustedOwner(host);
  const times = strays.map(({ modifiedAtNs, unlinkedAtNs, fileOwner }) =>
    modifiedAtNs !== null && unlinkedAtNs !== null && fileOwner === trusted ? Number(unlinkedAtNs / 1_000_000n) : null,
  );
  const known = times.flatMap((at) => at ?? []);
  const status = known.length === 0 ? null : readStatus(host);
  if (status === null) return strays.map(() => null);
  const since = known.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
  const { changes } = await readLog(host, '/var/log/dpkg.log', since, { timeOf: timeOfLine, parse: parseDpkgLog });
  const candidates = times.map((at) => (at === null ? [] : packagesAt(changes, at)));
  const names = new Set([...new Set(candidates.flat())].slice(0, mostPackages));
  const sources = findSources(status, names);
  const manager = openDpkg(host, names, since);
  try {
    const owners: (Use['owner'] | null)[] = [];
    for (const [index, stray] of strays.entries()) {
      const fitting: Use['owner'][] = [];
      for (const name of candidates[index]!) {
        const version = sources.get(name)?.installed;
        if (version === undefined) continue;
        const history = await manager.historyOf(name, version);
        if ((await findEntry(stray, history)) !== null) fitting.push({ manager: 'dpkg', name, version });
      }
      owners.push(fitting.length === 1 ? fitting[0]! : null);
    }
    return owners;
  } finally {
    await manager.close();
  }
}

function readStatus(host: Host): string | null {
  try {
    return readFileSync(join(host.root, 'var/lib/dpkg/status'), 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
}

/** Returns the packages that were unpacked over an older version at that time, with a margin: the log has whole seconds. */
function packagesAt(changes: readonly Change[], at: number): string[] {
  const fitting = changes.filter(
    ({ to, beganAt, endedAt }) => to !== null && beganAt - 1000 <= at && at <= endedAt + 2000,
  );
  return [...new Set(fitting.map(({ name }) => name))];
}
