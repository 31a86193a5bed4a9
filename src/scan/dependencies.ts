// Scripts of Debian's packages that processes run -> libraries that these packages depend on, and that have another version since. It is a
// hint, asked only with --possible, because a script need not import what its package depends on.

import { findVersionsSince } from '../fixes/version-since.ts';
import { distinct } from '../keys.ts';
import { isLibraryOf } from '../outdated/hints.ts';
import type { Language } from '../outdated/interpreters.ts';
import type { OutdatedUse } from '../outdated/outdated.ts';
import { readDependencies } from '../packages/dependencies.ts';
import { queryPackages } from '../packages/packages.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Views } from '../procfs/views.ts';
import { run } from '../spawn.ts';

/** A script by the arguments of a process. */
export interface ScriptInUse {
  pid: number;
  language: Language;
  path: Bytes;
  beganAt: number;
}

/** Returns at most one hint for each script: the library whose name is the first. */
export async function findUpgradedDependencies(
  scripts: readonly ScriptInUse[],
  { ownMounts }: Views,
): Promise<{ pid: number; use: OutdatedUse }[]> {
  const isLocal = (path: Bytes) => ownMounts.isLocalWalk(path);
  const paths = distinct(scripts.map(({ path }) => path)).filter(isLocal);
  const dependenciesOf = paths.length === 0 ? null : readDependencies();
  if (dependenciesOf === null) return [];
  const { owners } = queryPackages(paths, run);
  const asked = scripts.flatMap((script) => {
    const owner = owners.get(script.path);
    if (owner?.manager !== 'dpkg') return [];
    const libraries = dependenciesOf(owner.name).filter(({ name }) => isLibraryOf(script.language, name));
    return libraries.map((each) => ({ script, owner: each, beganAt: script.beganAt }));
  });
  const versions = await findVersionsSince(asked, { host: { root: '/', isLocal }, run });
  const uses = new Map<ScriptInUse, OutdatedUse>();
  for (const [index, { script, owner }] of asked.entries()) {
    const since = versions[index] ?? null;
    if (since === null || since.version === owner.version || uses.has(script)) continue;
    uses.set(script, {
      ...{ kind: 'script', confidence: 'possible', evidence: ['dependency_upgraded'], language: script.language },
      ...{ path: script.path, package: { ...owner, running_version: since.version } },
      ...{ since: since.changedAt, beganAt: script.beganAt },
    });
  }
  return [...uses].map(([{ pid }, use]) => ({ pid, use }));
}
