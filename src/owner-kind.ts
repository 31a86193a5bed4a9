// uid -> the kind of its owner: root, a service or a user. login.defs(5): people have UID_MIN to UID_MAX. systemd, "Users, Groups,
// UIDs and GIDs": homed's people, and nobody. uids of 16 bits end at 65535; a directory service or a container has those above.

export type OwnerKind = 'root' | 'service' | 'user';

export interface UidRange {
  first: number;
  last: number;
}

/** The range in login.defs if nobody changed it. */
export const usualPeople: UidRange = { first: 1000, last: 60000 };

/** nobody stands for every user that the kernel cannot name, and for programs that users may run as nobody. It is trusted as little as they are. */
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
