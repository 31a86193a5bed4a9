// uid -> whose it is: root's, a service's or a user's. login.defs(5): people have UID_MIN to UID_MAX; systemd, "Users, Groups, UIDs
// and GIDs": homed's people, and uids of 16 bits end at 65535, so that what is above is a directory's or a container's. subuid(5):
// which of those belong to one person.

import { readHostFile } from './files.ts';
import { parsePasswd } from './users.ts';

export interface Owner {
  kind: 'root' | 'service' | 'user';
  /** The same for all uids of one owner. */
  key: number;
}

interface Range {
  first: number;
  last: number;
}

interface Delegated extends Range {
  owner: number;
}

const homed: Range = { first: 60001, last: 60513 };
const large: Range = { first: 65536, last: 2 ** 32 - 1 };

/** Longer than this no such file is. */
const limit = 16 * 1024 * 1024;

export function readOwners(root: string): (uid: number) => Owner {
  let known: { users: Range[]; delegated: Delegated[] } | null = null;
  return (uid) => {
    if (uid === 0) return { kind: 'root', key: 0 };
    known ??= readRanges(root);
    const { users, delegated } = known;
    const isUser = (each: number) => users.some((range) => holds(range, each));
    if (!isUser(uid)) return { kind: 'service', key: uid };
    const owner = delegated.find((range) => holds(range, uid))?.owner ?? uid;
    return { kind: 'user', key: isUser(owner) ? owner : uid };
  };
}

function readRanges(root: string): { users: Range[]; delegated: Delegated[] } {
  const definitions = readHostFile(root, 'etc/login.defs') ?? '';
  const people = {
    first: define(definitions, 'UID_MIN', 1000),
    last: define(definitions, 'UID_MAX', 60000),
  };
  const subuids = readHostFile(root, 'etc/subuid', limit) ?? '';
  const uids = new Map<string, number>();
  if (subuids !== '') {
    for (const [uid, name] of parsePasswd(readHostFile(root, 'etc/passwd', limit) ?? '')) uids.set(name, uid);
  }
  return { users: [people, homed, large], delegated: parseSubuids(subuids, uids) };
}

/** `name:first:count`; the name may be a uid. */
export function parseSubuids(text: string, uids: ReadonlyMap<string, number>): Delegated[] {
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

function holds({ first, last }: Range, uid: number): boolean {
  return uid >= first && uid <= last;
}
