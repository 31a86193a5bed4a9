// Scripts that are newer than their processes -> the packages that own them, the versions that these had when the processes began, and
// whether the scripts are still what their packages had. The package database and the package manager's log are asked.

import type { Package } from '../documents/generated/report.ts';
import { type Content, compareContent, longestScript } from '../fixes/content.ts';
import { findRecordedDigest } from '../fixes/recorded-digests.ts';
import { findVersionsSince, mayBeOfManager, type Since } from '../fixes/version-since.ts';
import { distinct } from '../keys.ts';
import type { Reborn } from '../outdated/reborn.ts';
import { queryPackages } from '../packages/packages.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Views } from '../procfs/views.ts';
import { run } from '../spawn.ts';

/** The owner of a script, and the version that its package had when the process began. */
export interface Past {
  owner: Package | null;
  /** Whether the database could not answer, so that the script may have an owner that is not known. */
  isOwnerUnknown: boolean;
  /** null if nobody knows it. */
  version: string | null;
  /** See compareContent. of_package also if the package manager itself made the script. Only asked if the version is still the same. */
  content: Content;
}

export async function readPast(scripts: readonly Reborn[], views: Views): Promise<Map<Reborn, Past>> {
  const paths = distinct(scripts.map(({ path }) => path)).filter((path) => views.ownMounts.isLocalWalk(path));
  const { owners, problem } = queryPackages(paths, run);
  const owned = scripts.flatMap((script) => {
    const owner = owners.get(script.path);
    return owner === undefined ? [] : [{ script, owner, beganAt: script.beganAt }];
  });
  const host = { root: '/', isLocal: (path: Bytes) => views.ownMounts.isLocalWalk(path) };
  const versions = await findVersionsSince(owned, { host, run });
  const none: Past = { owner: null, isOwnerUnknown: problem !== null, version: null, content: 'unknown' };
  const past = new Map<Reborn, Past>(scripts.map((script) => [script, none]));
  for (const [index, { script, owner }] of owned.entries()) {
    const since = versions[index] ?? null;
    const known = { ...none, owner, version: since?.version ?? null };
    const isAsked = script.how === 'reborn' && known.version === owner.version;
    const content = isAsked ? await judgeContent(script, owner, since, views) : 'unknown';
    past.set(script, { ...known, content });
  }
  return past;
}

/**
 * A script of another user than root is not read as a whole.
 * @param past its package since the process began
 */
async function judgeContent(
  { path, writtenAt }: Reborn,
  owner: Package,
  past: Since | null,
  { own, ownMounts }: Views,
): Promise<Content> {
  if (past !== null && mayBeOfManager(writtenAt, past)) return 'of_package';
  const host = { root: '/', isLocal: (each: Bytes) => ownMounts.isLocalWalk(each) };
  const look = own.look(path);
  const isRoots = look.kind === 'file' && look.ownerUid === 0;
  const text = isRoots ? own.readBeginning(path, longestScript + 1) : null;
  return await compareContent(text, text === null ? null : await findRecordedDigest(path, owner, { host, run }));
}
