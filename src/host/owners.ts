// uid -> its owner, from the host's own files. login.defs(5): which uids are people's. subuid(5): which uids belong to one person.

import { isIn, type OwnerKind, ownerKind, type UidRange, usualPeople } from '../owner-kind.ts';
import { readHostFile } from './files.ts';
import { parsePasswd } from './users.ts';

export interface Owner {
  kind: OwnerKind;
  /** One number for all uids of one owner. */
  key: number;
}

interface Delegated extends UidRange {
  owner: number;
}

/** No such file is longer than this. */
const limit = 16 * 1024 * 1024;

export function readOwners(root: string): (uid: number) => Owner {
  let known: { people: UidRange; delegated: Delegated[] } | null = null;
  return (uid) => {
    if (uid === 0) return { kind: 'root', key: 0 };
    known ??= readRanges(root);
    const { people, delegated } = known;
    const kind = ownerKind(uid, people);
    if (kind !== 'user') return { kind, key: uid };
    const owner = delegated.find((range) => isIn(range, uid))?.owner ?? uid;
    return { kind, key: ownerKind(owner, people) === 'user' ? owner : uid };
  };
}

function readRanges(root: string): { people: UidRange; delegated: Delegated[] } {
  const definitions = readHostFile(root, 'etc/login.defs') ?? '';
  const people = {
    first: define(definitions, 'UID_MIN', usualPeople.first),
    last: define(definitions, 'UID_MAX', usualPeople.last),
  };
  const subuids = readHostFile(root, 'etc/subuid', limit) ?? '';
  const uids = new Map<string, number>();
  if (subuids !== '') {
    for (const [uid, name] of parsePasswd(readHostFile(root, 'etc/passwd', limit) ?? '')) uids.set(name, uid);
  }
  return { people, delegated: parseSubuids(subuids, uids) };
}

/** Parses lines `name:first:count`; the name may be a uid. */
function parseSubuids(text: string, uids: ReadonlyMap<string, number>): Delegated[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([^:#][^:]*):([0-9]{1,10}):([0-9]{1,10})$/.exec(line);
    if (match === null) return [];
    const [, name = '', first, count] = match;
    const owner = uids.get(name) ?? (/^[0-9]{1,10}$/.test(name) ? Number(name) : undefined);
    return owner === undefined ? [] : [{ first: Number(first), last: Number(first) + Number(count) - 1, owner }];
  });
}

function define(text: string, name: string, otherwise: number): number {
  const match = new RegExp(`^[ \\t]*${name}[ \\t]+([0-9]{1,10})[ \\t]*$`, 'm').exec(text);
  return match === null ? otherwise : Number(match[1]);
}
