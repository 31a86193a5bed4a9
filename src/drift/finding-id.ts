// The facts of a finding that are the same on every host and after every restart -> its id.
//
// Scheme 1: the first 16 hex digits of SHA-256 over these, joined by NUL: scope ('' if there is no unit), uid of the user ('' if
// there is none), stable name of the unit (if there is no unit: of the program, with `runtime:` in front if the program runs in a
// container), via (`outdated` for what is superseded and not gone), stable path as raw bytes. A later scheme puts its number in
// front. No scope is a number, so two schemes never hash the same text.

import { createHash } from 'node:crypto';
import type { Finding } from '../documents/generated/drift.ts';
import { type Bytes, fromDocument, fromText, toBuffer } from '../procfs/bytes.ts';
import { stableName } from '../stable-names.ts';

export type Identified = Pick<
  Finding,
  'scope' | 'user' | 'unit' | 'container' | 'executable' | 'via' | 'path' | 'path_base64'
>;

/** Returns 16 hex digits. */
export function findingId(finding: Identified): string {
  const parts = [
    finding.scope ?? '',
    finding.user === null ? '' : String(finding.user.uid),
    fromText(stableOwner(finding)),
    finding.via,
    stableName('path', rawPath(finding)),
  ];
  return createHash('sha256')
    .update(toBuffer(parts.join('\0')))
    .digest('hex')
    .slice(0, 16);
}

function stableOwner({ unit, container, executable }: Identified): string {
  if (unit !== null) return stableName('unit', unit);
  const program = stableName('path', executable ?? '');
  return container === null ? program : `${container.runtime}:${program}`;
}

/** Returns the path as raw bytes. */
export function rawPath(file: { path: string; path_base64: string | null }): Bytes {
  return fromDocument(file.path, file.path_base64);
}
