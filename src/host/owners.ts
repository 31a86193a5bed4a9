// uid -> whose it is: root's, a service's or a user's. login.defs(5): UID_MIN to UID_MAX are people; subuid(5): whose ranges
// there are for containers of people; systemd, "Users, Groups, UIDs and GIDs": homed's people.

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
  /** Whose it is; null if each uid of it is its own. */
  owner: number | null;
}

const homed: Range = { first: 60001, last: 60513, owner: null };

/** Longer than this no such file is. */
const limit = 16 * 1024 * 1024;

export function readOwners(root: string): (uid: number) => Owner {
  let known: { people: Range[]; delegated: Range[] } | null = null;
  return (uid) => {
    if (uid === 0) return { kind: 'root', key: 0 };
    known ??= readRanges(root);
    const range = known.delegated.find((each) => holds(each, uid));
    const key = range?.owner ?? uid;
    if (key === 0) return { kind: 'service', key: uid };
    return { kind: known.people.some((each) => holds(each, key)) ? 'user' : 'service', key };
  };
}

function readRanges(root: string): { people: Range[]; delegated: Range[] } {
  const definitions = readHostFile(root, 'etc/login.defs') ?? '';
  const people = {
    first: define(definitions, 'UID_MIN', 1000),
    last: define(definitions, 'UID_MAX', 60000),
    owner: null,
  };
  const subuids = readHostFile(root, 'etc/subuid', limit) ?? '';
  const uids = new Map<string, number>();
  if (subuids !== '') {
    for (const [uid, name] of parsePasswd(readHostFile(root, 'etc/passwd', limit) ?? '')) uids.set(name, uid);
  }
  return { people: [people, homed], delegated: parseSubuids(subuids, uids) };
}

/** `name:first:count`; the name may be a uid. */
export function parseSubuids(text: string, uids: ReadonlyMap<string, number>): Range[] {
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
