// uid -> whose it is: root's, a service's or a user's. login.defs(5): people have UID_MIN to UID_MAX; systemd, "Users, Groups, UIDs
// and GIDs": homed's people, nobody, and uids of 16 bits end at 65535, so that what is above is a directory's or a container's.

export type OwnerKind = 'root' | 'service' | 'user';

export interface UidRange {
  first: number;
  last: number;
}

/** What login.defs says if nobody changed it. */
export const usualPeople: UidRange = { first: 1000, last: 60000 };

/** nobody is whoever the kernel cannot name, and each user's programs that are let run as nobody: it is trusted as little. */
const alwaysUsers: readonly UidRange[] = [
  { first: 60001, last: 60513 },
  { first: 65534, last: 65534 },
  { first: 65536, last: 2 ** 32 - 1 },
];

/** @param people the uids of people, by the host's login.defs */
export function ownerKind(uid: number, people: UidRange = usualPeople): OwnerKind {
  if (uid === 0) return 'root';
  return isIn(people, uid) || alwaysUsers.some((range) => isIn(range, uid)) ? 'user' : 'service';
}

export function isIn({ first, last }: UidRange, uid: number): boolean {
  return uid >= first && uid <= last;
}
