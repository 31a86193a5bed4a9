// A script that is newer and the past of its package, or another thing that was switched -> the entry of the report, with its confidence
// and evidence.

import type { ChangedEnvironment } from '../outdated/hints.ts';
import type { OutdatedUse } from '../outdated/outdated.ts';
import type { Reborn } from '../outdated/reborn.ts';
import type { Switched } from '../outdated/switched.ts';
import type { Past } from './script-past.ts';

export type Environment = ChangedEnvironment & { kind: 'environment' };

/**
 * null: its content is the package's, of the same version. no_history: nobody knows whether the version is the same. no_digest: it is,
 * and nobody knows whether the content is the package's.
 */
export function describeScript(
  { how, language, path, since, beganAt }: Reborn,
  isNamed: boolean,
  { owner, isOwnerUnknown, version, content }: Past,
): OutdatedUse | 'no_history' | 'no_digest' | null {
  const isUpgraded = owner !== null && version !== null && version !== owner.version;
  const isSame = how === 'reborn' && owner !== null && version === owner.version;
  if (isSame && content !== 'changed') return content === 'unknown' ? 'no_digest' : null;
  if (how === 'reborn' && isNamed && (isOwnerUnknown || (owner !== null && version === null))) return 'no_history';
  const fact = `${isNamed ? '' : 'argv_'}script_${how}` as const;
  return {
    kind: 'script',
    confidence: how === 'reborn' && isNamed ? 'likely' : 'possible',
    evidence: [fact, ...(isUpgraded ? (['package_upgraded'] as const) : isSame ? (['content_changed'] as const) : [])],
    language,
    path,
    package: owner && { ...owner, running_version: version },
    since,
    beganAt,
  };
}

export function describeOther(what: Switched | Environment): OutdatedUse {
  const common = { path: what.path, package: null, since: what.since, beganAt: null };
  if (what.kind === 'environment')
    return { ...common, kind: 'script', confidence: 'possible', evidence: [what.evidence], language: what.language };
  return { ...common, kind: what.kind, confidence: 'certain', evidence: [what.evidence], language: null };
}
