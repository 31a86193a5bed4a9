// Where a gone file was: in which view its path is looked up, and on which mount the file is. The kernel prints the path
// from the process's root; of a file outside of it, from the root of the mount namespace. proc_pid_mountinfo(5), chroot(2).

import type { Bytes } from '../procfs/bytes.ts';
import type { Mount } from '../procfs/mountinfo.ts';
import { pathBelow } from '../procfs/mounts.ts';
import type { PathLook, View } from '../procfs/view.ts';
import type { Evidence } from './evidence.ts';

export interface Place {
  view: Pick<View, 'look' | 'mountPath' | 'mounts'>;
  mount: Mount;
  /**
   * Whether the path may belong to another mount: then a regular file at the path is taken for the one that replaced the file
   * in use, but an empty place says nothing.
   */
  guessed: boolean;
}

/** The place that a path alone names; null if the path is in no view that can be read. */
export function placeByPath(path: Bytes, { view, viewAround }: Evidence): Place | null {
  const inside = view.mountPath(path) === null ? viewAround : view;
  const mountPath = inside?.mountPath(path) ?? null;
  const mount = mountPath === null ? null : inside?.mounts.of(mountPath);
  return inside && mount ? { view: inside, mount, guessed: false } : null;
}

/**
 * The place of a file whose mount is known: of several mounts on one path it need not be the uppermost. null if no view that
 * can be read has that mount: it is of another namespace, or was lazily unmounted, and the path means nothing here.
 */
export function placeByMount(path: Bytes, mount: Mount | null, evidence: Evidence): Place | null {
  return mount && firstPlace(evidence, path, (view) => view.mounts.byId(mount.id));
}

/**
 * The place of a file whose mount is in no table: a mount namespace that nobody else is in. Such a namespace began as a copy of
 * another one, so that the same path on the same file system is most likely the same place.
 * @param device of the file in use, as maps has it
 */
export function guessPlace(path: Bytes, device: string, evidence: Evidence): Place | null {
  const place = firstPlace(evidence, path, ({ mounts }, mountPath) => {
    const mount = mounts.of(mountPath);
    return mount?.device === device ? mount : null;
  });
  return place && { ...place, guessed: true };
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
  // Each view is made when it is asked for.
  return inView(evidence.view) ?? inView(evidence.viewAround) ?? inView(evidence.ownView);
}

/**
 * What is at the path now. A mount whose root lost its name shows the old file or folder for ever, so that a look at the path
 * would tell nothing: what took its place is where it was mounted from, and another mount of that file system may show it.
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
  // A file system that only the process's namespace has, as the overlay of a container, is in its own view alone.
  for (const searched of [ownView, view]) {
    for (const source of searched.mounts.pathsOf(mount.device, mount.root + rest)) {
      const found = searched.look(source);
      if (found.kind !== 'unknown') return found;
    }
  }
  return unknown;
}

const unknown: PathLook = { kind: 'unknown' };
