// A unit's name and the slice above it -> the login session of that scope, or the user of that manager. The names are logind's and
// systemd's own. pam_systemd(8), user@.service(5); systemd: cg_path_get_session(), parse_uid().

const largestUid = 0xffff_fffe;
const overflowUid16 = 0xffff;

/** Returns the session of a scope `session-ID.scope` directly below `user-UID.slice`; null for every other unit. */
export function parseSession(unit: string, slice: string | null): { id: string; uid: number } | null {
  const id = /^session-([0-9A-Za-z]+)\.scope$/.exec(unit)?.[1];
  const uid = parseUid(/^user-([0-9]+)\.slice$/.exec(slice ?? '')?.[1]);
  return id === undefined || uid === null ? null : { id, uid };
}

/** Returns the uid in `user@UID.service`; null if the unit is not a user manager. */
export function parseManagerUid(unit: string): number | null {
  return parseUid(/^user@([0-9]+)\.service$/.exec(unit)?.[1]);
}

/** The name of the user manager's unit. */
export function managerUnit(uid: number): string {
  return `user@${uid}.service`;
}

/** Parses a uid as systemd does: it has no leading zero, and is not one of the two values that mean "none". */
function parseUid(digits: string | undefined): number | null {
  if (digits === undefined || !/^(?:0|[1-9][0-9]{0,9})$/.test(digits)) return null;
  const uid = Number(digits);
  return uid > largestUid || uid === overflowUid16 ? null : uid;
}
