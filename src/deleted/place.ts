// The path of a gone file -> the view to look it up in, and its mount. The kernel prints a path from the process's root, or from
// the root of the mount namespace if the file is outside of the process's root. proc_pid_mountinfo(5), chroot(2).

import type { Bytes } from '../procfs/bytes.ts';
import type { Mount } from '../procfs/mountinfo.ts';
import { pathBelow } from '../procfs/mounts.ts';
import type { PathLook, View } from '../procfs/view.ts';
import type { Evidence } from './evidence.ts';
import type { Name } from './nameless.ts';

export interface Place {
  view: Pick<View, 'look' | 'mountPath' | 'mounts'>;
  mount: Mount;
  /**
   * Whether the path may belong to another mount. Then a regular file at the path counts as the one that replaced the file in
   * use, but an empty place proves nothing.
   */
  guessed: boolean;
}

/** Finds the place by the path alone; null if no view that can be read has the path. */
export function placeByPath(path: Bytes, { view, viewAround }: Evidence): Place | null {
  const inside = view.mountPath(path) === null ? viewAround : view;
  const mountPath = inside?.mountPath(path) ?? null;
  const mount = mountPath === null ? null : inside?.mounts.of(mountPath);
  return inside && mount ? { view: inside, mount, guessed: false } : null;
}

/**
 * Finds the place of a file whose mount is known; if several mounts are on one path, it need not be on the top one. null if no view
 * that can be read has the mount. It is in another namespace then, or was lazily unmounted, and the path means nothing here.
 */
export function placeByMount(path: Bytes, mount: Mount | null, evidence: Evidence): Place | null {
  return mount && firstPlace(evidence, path, (view) => view.mounts.byId(mount.id));
}

/**
 * Guesses the place of a file whose mount is in no table, because only this process is in its mount namespace. Such a namespace
 * began as a copy of another one. So the same path on the same file system is most likely the same place.
 * @param device of the file in use, as in maps
 */
export function guessPlace(path: Bytes, device: string, evidence: Evidence): Place | null {
  const place = firstPlace(evidence, path, ({ mounts }, mountPath) => {
    const mount = mounts.of(mountPath);
    return mount?.device === device ? mount : null;
  });
  return place && { ...place, guessed: true };
}

/**
 * Whether the path is the same place of the same file system on the scanner's own mounts. If not, the file is of a root of its
 * own (a container, RootImage=, a chroot), and the host's packages know nothing of it, whatever its path.
 */
export function isOnHost({ path, pathSource }: Name, place: Place | null, ownView: Evidence['ownView']): boolean {
  // The kernel's path belongs to the file's own mount. If that mount is only guessed, nothing is proven.
  if (place === null || (place.guessed && pathSource === 'kernel')) return false;
  const mountPath = place.view.mountPath(path);
  const ownPath = ownView.mountPath(path);
  const own = ownPath === null ? null : ownView.mounts.of(ownPath);
  if (mountPath === null || ownPath === null || own?.device !== place.mount.device) return false;
  const inside = insideOf(place.mount, mountPath);
  return inside !== null && inside === insideOf(own, ownPath);
}

/** The path inside the file system of a mount; null if the path is not below the mount. */
function insideOf({ root, mountPoint }: Mount, path: Bytes): Bytes | null {
  const rest = pathBelow(mountPoint, path);
  return rest === null ? null : (root === '/' ? '' : root) + rest;
}

/** The first view, from the process's own outwards, that has the path and a mount for it. */
function firstPlace(
  evidence: Evidence,
  path: Bytes,
  mountIn: (view: Place['view'], mountPath: Bytes) => Mount | null,
): Place | null {
  const inView = (view: Place['view'] | null): Place | null => {
    const mountPath = view?.mountPath(path) ?? null;
    const mount = view && mountPath !== null ? mountIn(view, mountPath) : null;
    return view && mount ? { view, mount, guessed: false } : null;
  };
  // Each view is made only when it is needed.
  return inView(evidence.view) ?? inView(evidence.viewAround) ?? inView(evidence.ownView);
}

/**
 * Looks at the path now. If the root of the mount has lost its name, the mount shows the old file or folder for ever, so the path
 * itself tells nothing. The new file is at the place that was mounted, and another mount of the file system may show it.
 */
export function lookAt(path: Bytes, place: Place | null, ownView: Evidence['ownView']): PathLook {
  if (place === null) return unknown;
  const { view, mount, guessed } = place;
  if (!mount.rootGone) {
    const look = view.look(path);
    return guessed && (look.kind !== 'file' || !look.regular) ? unknown : look;
  }
  const mountPath = view.mountPath(path);
  const rest = mountPath === null ? null : pathBelow(mount.mountPoint, mountPath);
  if (rest === null) return unknown;
  // The process's own view is searched too: a container's overlay, for example, is in its namespace only.
  for (const searched of [ownView, view]) {
    for (const source of searched.mounts.pathsOf(mount.device, mount.root + rest)) {
      const found = searched.look(source);
      if (found.kind !== 'unknown') return found;
    }
  }
  return unknown;
}

const unknown: PathLook = { kind: 'unknown' };
