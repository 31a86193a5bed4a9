// The order of gone files in text: the program first, then other code, then the files that hold most space. Documents are in
// order of their paths.

import { compareBytes } from '../../documents/compare-bytes.ts';
import type { ReasonCode } from '../../documents/generated/plan.ts';
import type { UnitFile } from '../../documents/generated/report.ts';

interface Shown {
  path: string;
  /** executable, library or the role. */
  use: string;
  heldBytes: number | null;
}

const uses = ['executable', 'library', 'log', 'file', 'data', 'scratch'];
/** Libraries whose faults most often have a well-known name: those of TLS, and the C library with its loader. */
const known = [/\/lib(?:ssl|crypto|gnutls|nss3|mbedtls)[-.0-9]/, /\/(?:libc|ld-(?:linux|musl))[-.]/];

function rank({ use, path }: Shown): number {
  const place = uses.indexOf(use);
  const familiar = use === 'library' ? known.findIndex((name) => name.test(path)) : 0;
  return place * (known.length + 1) + (familiar === -1 ? known.length : familiar);
}

function compare(a: Shown, b: Shown): number {
  // Every library holds a little space, which is no reason to read of one before another.
  const held = a.use === 'executable' || a.use === 'library' ? 0 : (b.heldBytes ?? 0) - (a.heldBytes ?? 0);
  return rank(a) - rank(b) || held || compareBytes(a.path, b.path);
}

/** The role, or which kind of code it is: a file that an interpreter runs is shown with the libraries. */
export function orderFiles(files: readonly UnitFile[]): UnitFile[] {
  return sortBy(files, ({ path, role, kind, held_bytes }) => ({
    path,
    use: role === 'code' ? (kind === 'executable' ? kind : 'library') : role,
    heldBytes: held_bytes,
  }));
}

/** Orders the files of a plan in the same way. */
export function orderReasons<R extends { path: string; code: ReasonCode; held_bytes?: number | null }>(
  reasons: readonly R[],
): R[] {
  return sortBy(reasons, ({ path, code, held_bytes }) => ({
    path,
    use: code.replace(/_.*$/, ''),
    heldBytes: held_bytes ?? null,
  }));
}

function sortBy<T>(things: readonly T[], shown: (thing: T) => Shown): T[] {
  return things
    .map((thing) => ({ thing, shown: shown(thing) }))
    .sort((a, b) => compare(a.shown, b.shown))
    .map(({ thing }) => thing);
}
