// Cgroup path components -> the container runtime that named them, as a table. Sources: each runtime's cgroup manager
// (systemd driver: PREFIX-ID.scope, cgroupfs driver: FOLDER/ID), nspawn's and libvirt's machine scopes.

import type { Container } from '../documents/generated/report.ts';

interface Pattern {
  runtime: Container['runtime'];
  /** Over the path from a component on; group `id` or `name`. */
  pattern: RegExp;
}

const hex = '(?<id>[0-9a-f]{64}|[0-9a-f]{32})';
const patterns: readonly Pattern[] = [
  { runtime: 'docker', pattern: new RegExp(`^/docker-${hex}\\.scope(/|$)`) },
  { runtime: 'docker', pattern: new RegExp(`^/docker/(?:buildkit/)?${hex}(/|$)`) },
  { runtime: 'podman', pattern: new RegExp(`^/libpod-${hex}\\.scope(/|$)`) },
  { runtime: 'podman', pattern: new RegExp(`^/libpod_parent/libpod-${hex}(/|$)`) },
  { runtime: 'crio', pattern: new RegExp(`^/crio-${hex}(\\.scope)?(/|$)`) },
  { runtime: 'containerd', pattern: new RegExp(`^/cri-containerd-${hex}\\.scope(/|$)`) },
  { runtime: 'containerd', pattern: new RegExp(`^/nerdctl-${hex}\\.scope(/|$)`) },
  { runtime: 'containerd', pattern: new RegExp(`^/[^/]*:cri-containerd:${hex}(/|$)`) },
  { runtime: 'containerd', pattern: new RegExp(`^/kubepods[^/]*/(?:[^/]+/)*pod[0-9a-f_-]+/${hex}(/|$)`) },
  { runtime: 'lxc', pattern: /^\/lxc\.payload\.(?<name>[^/]+)(\/|$)/ },
  { runtime: 'lxc', pattern: /^\/lxc\.payload\/(?<name>[^/]+)(\/|$)/ },
  { runtime: 'lxc', pattern: /^\/lxc\/(?<name>[^/]+)(\/|$)/ },
  { runtime: 'libvirt', pattern: /^\/machine-qemu\\x2d(?:[0-9]+\\x2d)?(?<name>[^/]+)\.scope(\/|$)/ },
  { runtime: 'libvirt', pattern: /^\/machine-lxc\\x2d(?:[0-9]+\\x2d)?(?<name>[^/]+)\.scope(\/|$)/ },
  { runtime: 'nspawn', pattern: /^\/machine-(?<name>[^/]+)\.scope(\/|$)/ },
  { runtime: 'nspawn', pattern: /^\/systemd-nspawn@(?<name>[^/]+)\.service\/payload(\/|$)/ },
  { runtime: 'nspawn', pattern: /^\/nspawn-(?<name>[^/]+)\/payload(\/|$)/ },
];

export interface NamedContainer {
  runtime: Container['runtime'];
  id: string | null;
  name: string | null;
  /** Where in the path the name begins. */
  at: number;
}

/** The outermost runtime's name on a cgroup path, or null. */
export function parseContainer(path: string): NamedContainer | null {
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const rest = path.slice(at);
    for (const { runtime, pattern } of patterns) {
      const groups = pattern.exec(rest)?.groups;
      if (groups) return { runtime, id: groups.id ?? null, name: groups.name ? decodeEscapes(groups.name) : null, at };
    }
  }
  return null;
}

/** systemd's \xNN escapes in a machine's name. */
function decodeEscapes(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
