// The mount of an overlay -> the folders that it is made of, and whether all of them are local.
// Documentation/filesystems/overlayfs.rst; fs/overlayfs/params.c ovl_show_options().
//
// The options name the layers by paths as the mounter saw them, and do not say who the mounter was. So an overlay is local:
//
// | if it is …                                                         | and …                                                |
// | ------------------------------------------------------------------ | ---------------------------------------------------- |
// | our own root: a live system, OpenWrt, a scan from a container      | always: this very program was read from it           |
// | in our mount namespace or PID 1's: Docker, Podman, containerd,     | the path of each layer is on a local mount there,    |
// | CRI-O, systemd-sysext, and other mounts of root                    | the mounts of the overlay itself left out            |
// | in no such namespace, but seen by a process in our user namespace, | the same, in that namespace as well if it has the    |
// | so that root mounted it: systemd-nspawn --overlay=, a service's    | path; a remote mount that only the mounter had at    |
// | ExtensionImages=                                                   | that path would not be seen                          |
// | seen in other user namespaces only: rootless Podman, or a user     | never: its maker can exchange the files at the paths |
// | one that names no layers (aufs), or parts of paths to nowhere      | never                                                |

import type { Bytes } from './bytes.ts';
import { isLayered, isLocal } from './file-systems.ts';
import { type Mount, unescapeOctal } from './mountinfo.ts';

/** Overlays may lie on overlays, but the kernel allows no more: FILESYSTEM_MAX_STACK_DEPTH in linux/fs.h. */
const deepest = 2;

/** erofs over fscache: a daemon serves it. */
const servedErofs = /(?:^|,)(?:fsid|domain_id)=/;

/** Mounts of a namespace; MountTable implements this. */
interface Mounts {
  allOf(device: string): Mount[];
  of(path: Bytes): Mount | null;
  under(path: Bytes, device: string): Mount | null;
}

/** The tables that can prove that a mount is there. */
export interface Witnesses {
  /** Tables of root's own namespaces: ours, and PID 1's if it is another one. */
  roots: readonly Mounts[];
  /** The table that has the mount, if it was read from a process in our user namespace; else null. */
  ours: Mounts | null;
}

/** Whether a file system answers without asking another host or a process. */
export function isLocalMount(mount: Mount, witnesses: Witnesses, depth = deepest): boolean {
  if (!isLocal(mount.fsType)) return false;
  if (mount.fsType === 'erofs') return !servedErofs.test(mount.options);
  if (!isLayered(mount.fsType)) return true;
  const { roots, ours } = witnesses;
  const shown = roots.flatMap((table) => table.allOf(mount.device)).filter(({ fsType }) => fsType === mount.fsType);
  if (shown.length === 0 && ours === null) return false;
  if (roots[0]?.of('/')?.device === mount.device) return true;
  const layers = layersOf(
    mount,
    shown.map(({ mountPoint }) => mountPoint),
  );
  if (layers === null || depth === 0) return false;
  const tables = shown.length === 0 && ours !== null ? [...roots, ours] : roots;
  return layers.every((layer) => {
    const under = tables.flatMap((table) => table.under(layer, mount.device) ?? []);
    return under.length > 0 && under.every((each) => isLocalMount(each, { roots, ours: roots[0] ?? null }, depth - 1));
  });
}

/**
 * The absolute paths of all layers; null if the options do not name them.
 * @param mountPoints mount points of the same file system in the namespaces of those who may have mounted it
 */
export function layersOf({ options }: Pick<Mount, 'options'>, mountPoints: readonly Bytes[]): Bytes[] | null {
  const named = (wanted: (name: string) => boolean): Bytes[] =>
    options.split(',').flatMap((option) => {
      const equals = option.indexOf('=');
      return equals > 0 && wanted(option.slice(0, equals)) ? [unescapeOctal(option.slice(equals + 1))] : [];
    });
  const lower = [
    ...named((name) => name === 'lowerdir').flatMap(splitLayers),
    ...named((name) => name === 'lowerdir+' || name === 'datadir+'),
  ];
  const upper = named((name) => name === 'upperdir' || name === 'workdir').map(unescapeLayer);
  if (lower.length === 0) return null;
  const store = (upper.some(isAbsolute) ? upper.filter(isAbsolute) : upper.length > 0 ? mountPoints : [])
    .map(storeOf)
    .find((folder) => folder !== null);
  const layers = [...lower, ...upper].map((path) => (isAbsolute(path) ? path : store ? `${store}/${path}` : null));
  return layers.some((layer) => layer === null) ? null : (layers as Bytes[]);
}

/** Splits at colons, or two colons before a data layer. A backslash takes the next character as it is. */
function splitLayers(list: Bytes): Bytes[] {
  const layers = list.match(/(?:\\.|[^:\\])+/gs) ?? [];
  return layers.map(unescapeLayer);
}

function unescapeLayer(layer: Bytes): Bytes {
  return layer.replace(/\\(.)/gs, '$1');
}

const isAbsolute = (path: Bytes): boolean => path.startsWith('/');

/**
 * The folder that relative layers are relative to. Runtimes shorten long lists by changing to the folder of their store:
 * /var/lib/docker/overlay2 for …/overlay2/ID/merged, …/snapshots for …/snapshots/9/fs.
 */
function storeOf(path: Bytes): Bytes | null {
  return /^(\/.+)\/[^/]+\/[^/]+$/s.exec(path)?.[1] ?? null;
}
