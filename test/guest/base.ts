// The needs of a booted guest on this machine, and the Debian tree that it boots from (scripts/build-guest.mjs builds it once).

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../support/project.ts';

export const releases = ['bookworm', 'trixie'] as const;
export type Release = (typeof releases)[number];
/** The other releases, and one whose systemctl does not reach the managers of users. */
export type AnyRelease = Release | 'bullseye';
/** And Debian 13 with only what README's two commands ask for. */
export type Tree = AnyRelease | 'fresh';
export const layouts = ['hybrid', 'unified'] as const;
/** How the guest sees cgroups: v1 with v2 beside it, or v2 alone. */
export type CgroupLayout = (typeof layouts)[number];

const programs = ['systemd-nspawn', 'debootstrap', 'nsenter', 'unshare', 'setpriv', 'flock', 'ssh', 'ssh-keygen'];

/** Why no guest with this layout can boot here; null if it can. Programs are named as one calls them. */
export function guestObstacle(layout: CgroupLayout = 'unified'): string | null {
  if (process.geteuid?.() !== 0) return 'needs root';
  for (const program of programs) {
    if (spawnSync(program, ['--version'], { stdio: 'ignore' }).error) return `needs ${program}`;
  }
  if (layout === 'hybrid' && !cgroupMounts().some(({ v1 }) => v1)) return 'needs a host with cgroup v1';
  return null;
}

const built = new Map<Tree, { tree: string; key: string }>();

/** The tree and the private ssh key that its users accept (none does in `fresh`). Builds the tree if it is missing. */
export function guestBase(release: Tree): { tree: string; key: string } {
  let base = built.get(release);
  if (!base) {
    const argv = [join(projectRoot, 'scripts/build-guest.mjs'), release];
    const { status, stdout } = spawnSync(process.execPath, argv, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (status !== 0) throw new Error(`the ${release} guest could not be built (${status})`);
    const tree = stdout.trim();
    base = { tree, key: join(dirname(tree), 'id_ed25519') };
    built.set(release, base);
  }
  return base;
}

/** The mount points of this machine's hierarchies in which a guest gets a folder of its own. */
export function cgroupMounts(): { path: string; v1: boolean }[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [mount, source] = line.split(' - ');
      const [type, , options] = source?.split(' ') ?? [];
      const v1 = type === 'cgroup' && /(?:^|,)(?:name=systemd|memory|pids)(?:,|$)/.test(options ?? '');
      return v1 || type === 'cgroup2' ? [{ path: mount?.split(' ')[4] ?? '', v1 }] : [];
    });
}
