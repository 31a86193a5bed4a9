// A cgroup path -> the container or virtual machine that it names. The table has the names that each runtime gives to its cgroups,
// and the rules say whose names are believed. Sources beside the rows: the runtimes' cgroup drivers, systemd-nspawn(1), libvirt.

import { type Bytes, toText } from '../procfs/bytes.ts';
import type { Attribution } from './attribution.ts';
import { type CgroupWalk, ownerUid } from './cgroup-walk.ts';
import { unescapeUnitNamePart } from './unit-name.ts';

type Container = NonNullable<Attribution['container']>;

interface ContainerPattern {
  runtime: Container['runtime'];
  /** A word that every such path contains. Most hosts have no such path, and compiling all patterns takes a millisecond. */
  word: string;
  /** Matches the rest of the path from the start of a component; captures `id`, or `name` (in which `\xNN` is undone). */
  path: RegExp;
  /** Matches the component above, if the pattern alone would match too much. */
  slice?: RegExp;
}

// Runtimes use 64 hex digits, or 12 in their short form. The helpers beside a container are not containers, because they run the
// host's files: conmon (libpod-conmon-…, crio-conmon-…), lxc.monitor.…, nspawn's own `supervisor`.
const patterns: readonly ContainerPattern[] = [
  // runc's systemd driver: PREFIX-ID.scope. Its cgroupfs driver with a systemd path: SLICE:PREFIX:ID.
  { runtime: 'docker', word: 'docker-', path: /^docker-(?<id>[0-9a-f]{12,64})\.scope(?:\/|$)/ },
  { runtime: 'docker', word: ':docker:', path: /^[^/:]*:docker:(?<id>[0-9a-f]{12,64})(?:\/|$)/ },
  { runtime: 'docker', word: 'docker/', path: /^docker\/(?<id>[0-9a-f]{12,64})(?:\/|$)/ },
  { runtime: 'podman', word: 'libpod-', path: /^libpod-(?<id>[0-9a-f]{12,64})\.scope(?:\/|$)/ },
  // --cgroups=split, as quadlet does: inside the service's own cgroup, beside `runtime` or `supervisor`.
  { runtime: 'podman', word: 'libpod-payload-', path: /^libpod-payload-(?<id>[0-9a-f]{12,64})(?:\/|$)/ },
  {
    runtime: 'podman',
    word: 'libpod_parent/',
    path: /^libpod_parent\/(?:[^/]+\/)?libpod-(?<id>[0-9a-f]{12,64})(?!\/conmon(?:\/|$))(?:\/|$)/,
  },
  { runtime: 'containerd', word: 'cri-containerd-', path: /^cri-containerd-(?<id>[0-9a-f]{12,64})\.scope(?:\/|$)/ },
  { runtime: 'containerd', word: 'nerdctl-', path: /^nerdctl-(?<id>[0-9a-f]{12,64})\.scope(?:\/|$)/ },
  { runtime: 'containerd', word: ':cri-containerd:', path: /^[^/:]*:cri-containerd:(?<id>[0-9a-f]{12,64})(?:\/|$)/ },
  { runtime: 'containerd', word: ':nerdctl:', path: /^[^/:]*:nerdctl:(?<id>[0-9a-f]{12,64})(?:\/|$)/ },
  { runtime: 'containerd', word: 'k8s.io/', path: /^k8s\.io\/(?<id>[0-9a-f]{12,64})(?:\/|$)/ },
  { runtime: 'crio', word: 'crio-', path: /^crio-(?<id>[0-9a-f]{12,64})(?:\.scope)?(?:\/|$)/ },
  { runtime: 'crio', word: ':crio:', path: /^[^/:]*:crio:(?<id>[0-9a-f]{12,64})(?:\/|$)/ },
  // The kubelet's cgroupfs driver. A bare id is containerd's; CRI-O writes its prefix here too.
  {
    runtime: 'crio',
    word: '/crio-',
    path: /^(?:kubelet\/)?kubepods\/(?:besteffort\/|burstable\/)?pod[^/]+\/crio-(?<id>[0-9a-f]{12,64})(?:\/|$)/,
  },
  {
    runtime: 'containerd',
    word: 'kubepods/',
    path: /^(?:kubelet\/)?kubepods\/(?:besteffort\/|burstable\/)?pod[^/]+\/(?<id>[0-9a-f]{12,64})(?:\/|$)/,
  },
  // LXC, LXD and Incus: lxc.payload.NAME since LXC 4, lxc.payload/NAME for a while, lxc/NAME before.
  { runtime: 'lxc', word: 'lxc.payload', path: /^lxc\.payload[./](?<name>[^/]+)/ },
  { runtime: 'lxc', word: 'lxc/', path: /^lxc\/(?<name>[^/]+)/ },
  // libvirt names its machines DRIVER-NUMBER-NAME. It registers them with machined; without machined it makes the folders itself.
  {
    runtime: 'libvirt',
    word: 'machine-',
    path: /^machine-(?:qemu|lxc)\\x2d(?:[0-9]+\\x2d)?(?<name>[^/]+)\.scope(?:\/|$)/,
  },
  {
    runtime: 'libvirt',
    word: '.libvirt-',
    path: /^machine\/(?:[^/]+\.partition\/)*(?:(?:qemu|lxc)-[0-9]+-)?(?<name>[^/]+)\.libvirt-/,
  },
  { runtime: 'libvirt', word: 'libvirt/', path: /^libvirt\/(?:qemu|lxc)\/(?<name>[^/]+)/ },
  // machined's scopes. Outside of machined's slice anybody may use the name `machine-…scope`.
  {
    runtime: 'nspawn',
    word: 'machine-',
    path: /^machine-(?<name>[^/]+)\.scope(?!\/supervisor(?:\/|$))(?:\/|$)/,
    slice: /^machine(?:-.+)?\.slice$/,
  },
  // Before systemd 233 the guest's tree began right below the service; nspawn itself is in the service, or in `supervisor`.
  {
    runtime: 'nspawn',
    word: 'systemd-nspawn@',
    path: /^systemd-nspawn@(?<name>[^/]+)\.service\/(?!supervisor(?:\/|$))/,
  },
  // NixOS starts its containers from a unit of its own, in machined's slice.
  {
    runtime: 'nspawn',
    word: 'container@',
    path: /^container@(?<name>[^/]+)\.service\/(?!supervisor(?:\/|$))/,
    slice: /^machine(?:-.+)?\.slice$/,
  },
  { runtime: 'nspawn', word: 'nspawn-', path: /^nspawn-(?<name>[^/]+)\/payload(?:\/|$)/ },
];

// Services that are a runtime, or start one. The system chose the names below them.
const runtimeServices =
  /^(?:docker|containerd|crio|kubelet|k3s(?:-agent)?|rke2-(?:server|agent)|k0s(?:controller|worker)|podman|lxc(?:@.+)?|lxd|incus|snap\.(?:docker\.dockerd|lxd\.daemon|microk8s\.daemon-.+))\.service$/;

export function isRuntimeService(name: Bytes | null): boolean {
  return runtimeServices.test(name ?? '');
}

/** A container that a cgroup path names. */
export interface PathContainer extends Omit<Container, 'cgroup'> {
  /** Number of components after those that name the container. */
  inner: number;
}

/**
 * The outermost container that the path names; null if it names none.
 *
 * The system chose a name on the way to the unit: `uid` is null. Below a user's manager or login session the user may have
 * invented it, so it is believed at any depth but carries the user's `uid`. Below any other service it is not believed, because
 * that service may run as anybody and choose any names; only a payload of `podman --cgroups=split` counts there, and only if the
 * kernel says that it is in namespaces of its own (`foreign`).
 */
export function findContainer(walk: CgroupWalk, foreign: boolean): PathContainer | null {
  const { head, below } = walk;
  if (head === null) return null;
  const uid = ownerUid(walk);
  if (uid !== null) return searchBelow(below, uid);
  const named = matchAt([head, ...below].join('/'), walk.slice, null);
  if (named !== null) return named;
  if (isRuntimeService(head)) return searchBelow(below, null);
  const split = foreign && head.endsWith('.service') && below[0]?.startsWith('libpod-payload-');
  return split ? matchAt(below.join('/'), null, null) : null;
}

/** Joins the path once, and tries at each component only the patterns whose word is in the path. */
function searchBelow(components: readonly Bytes[], uid: number | null): PathContainer | null {
  const path = components.join('/');
  const likely = patterns.filter(({ word }) => path.includes(word));
  if (likely.length === 0) return null;
  let start = 0;
  for (const [index, component] of components.entries()) {
    const found = matchAt(path.slice(start), components[index - 1] ?? null, uid, likely);
    if (found !== null) return found;
    start += component.length + 1;
  }
  return null;
}

function matchAt(
  rest: Bytes,
  above: Bytes | null,
  uid: number | null,
  likely: readonly ContainerPattern[] = patterns.filter(({ word }) => rest.includes(word)),
): PathContainer | null {
  for (const { runtime, path, slice } of likely) {
    if (slice !== undefined && !slice.test(above ?? '')) continue;
    const match = path.exec(rest);
    if (match?.groups === undefined) continue;
    const { id = null, name } = match.groups;
    const inner = rest.slice(match[0].length).split('/').filter(Boolean).length;
    return { runtime, id, name: name === undefined ? null : toText(unescapeUnitNamePart(name)).text, uid, inner };
  }
  return null;
}
