// The files that systemd names for a unit -> whether they are on disk now. Anybody may own a folder on the way, or have made a link in
// it, so each look is that of the scanner's own view: it cannot hang, and it follows only links that only root could have made.

import { type Bytes, fromText } from '../procfs/bytes.ts';
import type { PathLook } from '../procfs/view.ts';
import type { Views } from '../procfs/views.ts';

/** How many links may lead from one to the next. */
const mostLinks = 8;

/** Whether something is at a path, also a link; null without a path, and if we could not, or must not, look. */
export function isOnDisk(path: string | null, views: Views): boolean | null {
  if (path === null) return null;
  const { kind } = views.own.look(fromText(path));
  return kind === 'unknown' ? null : kind === 'file';
}

/** Whether all of these programs are on disk; null if there are none, or it is not known of one and none is gone. */
export function areOnDisk(programs: readonly (string | null)[] | null, views: Views): boolean | null {
  if (programs === null || programs.length === 0) return null;
  const present = programs.map((path) => (path === null ? null : isFileOnDisk(fromText(path), views)));
  if (present.includes(false)) return false;
  return present.includes(null) ? null : true;
}

/** Looks at a path and follows links that only root could have made, some of them. Any other link is the answer itself. */
export function followOnDisk(path: Bytes, views: Views): PathLook {
  let look: PathLook = views.own.look(path);
  for (let links = 0; links < mostLinks && look.kind === 'file' && look.target !== null; links++)
    look = views.own.look(look.target);
  return look;
}

/** A link to a program says nothing of the program, so it is followed. null for a link that somebody else may have made. */
function isFileOnDisk(path: Bytes, views: Views): boolean | null {
  const look = followOnDisk(path, views);
  if (look.kind === 'absent') return false;
  return look.kind === 'file' && look.regular ? true : null;
}
