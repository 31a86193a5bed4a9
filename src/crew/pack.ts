// An inspection <-> the form of it that JSON can carry. bigints become decimal text. If nothing was found in a process, only its
// outcome is carried.

import type { AffectedProcess } from '../deleted/inspect.ts';
import { type Inspection, unaffectedAs } from '../deleted/inspection.ts';
import type { HiddenUse } from '../deleted/suppressed.ts';

/** The fields of findings that are bigints. */
const bigints = ['replacedAtNs', 'inode', 'bornAtNs', 'modifiedAtNs', 'unlinkedAtNs'] as const;

type Plain<F> = { [K in keyof F]: bigint extends F[K] ? string | null : F[K] };
type PlainProcess = Omit<AffectedProcess, 'maps' | 'fds'> & {
  maps: Plain<AffectedProcess['maps'][number]>[];
  fds: Plain<AffectedProcess['fds'][number]>[];
};

export type PackedInspection =
  | Inspection['outcome']
  | (Omit<Inspection, 'affected' | 'hidden'> & { affected: PlainProcess | null; hidden: HiddenUse[] });

export function packInspection({ outcome, affected, hidden, cut, mayBeOutdated }: Inspection): PackedInspection {
  if (affected === null && hidden.length === 0 && cut === null && !mayBeOutdated) return outcome;
  return {
    outcome,
    cut,
    mayBeOutdated,
    affected: affected && { ...affected, maps: affected.maps.map(toPlain), fds: affected.fds.map(toPlain) },
    // Only these fields of a rule are reported.
    hidden: hidden.map(({ rule: { id, reason }, ...use }) => ({ rule: { id, reason }, ...use })),
  };
}

export function unpackInspection(packed: PackedInspection): Inspection {
  if (typeof packed === 'string') return unaffectedAs(packed);
  const { affected, hidden, ...rest } = packed;
  return {
    ...rest,
    affected: affected && { ...affected, maps: affected.maps.map(fromPlain), fds: affected.fds.map(fromPlain) },
    hidden,
  } as Inspection;
}

function toPlain<F extends object>(finding: F): Plain<F> {
  const plain = { ...finding } as Record<string, unknown>;
  for (const field of bigints) if (typeof plain[field] === 'bigint') plain[field] = String(plain[field]);
  return plain as Plain<F>;
}

function fromPlain<F>(plain: Plain<F>): F {
  const finding = plain as Record<string, unknown>;
  for (const field of bigints) if (typeof finding[field] === 'string') finding[field] = BigInt(finding[field]);
  return finding as F;
}
