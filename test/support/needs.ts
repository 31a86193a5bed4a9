// A need of a test -> whether this machine meets it, and the remedy if it does not. Each need is tried out, because root in a
// container may do less than root elsewhere.

import { spawnSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { unitHierarchies } from './cgroup-folder.ts';
import { projectRoot } from './project.ts';
import { skip } from './skip.ts';

/** Programs, and the Debian packages that contain them. */
const programs = {
  amtool: 'prometheus-alertmanager',
  bash: 'bash',
  chromium: 'chromium',
  chroot: 'coreutils',
  createrepo_c: 'createrepo-c',
  dash: 'dash',
  'dbus-daemon': 'dbus-daemon',
  debootstrap: 'debootstrap',
  dnf: 'dnf',
  'dpkg-query': 'dpkg',
  'fc-cache': 'fontconfig',
  fish: 'fish',
  git: 'git',
  groff: 'groff-base',
  icinga2: 'icinga2-bin',
  java: 'default-jre-headless',
  javac: 'default-jdk-headless',
  jq: 'jq',
  localedef: 'libc-bin',
  lintian: 'lintian',
  lsof: 'lsof',
  mandoc: 'mandoc',
  mariadbd: 'mariadb-server-core',
  prometheus: 'prometheus',
  promtool: 'prometheus',
  python3: 'python3',
  'qemu-aarch64-static': 'qemu-user-static',
  rpm: 'rpm',
  rpmbuild: 'rpm',
  setpriv: 'util-linux',
  strace: 'strace',
  strip: 'binutils',
  unshare: 'util-linux',
  visudo: 'sudo',
  xmllint: 'libxml2-utils',
  xz: 'xz-utils',
  zsh: 'zsh',
} as const;

/** Files of packages without a program of their own. */
const files = {
  'bash-completion': ['/usr/share/bash-completion/bash_completion'],
  'dnf-plugins-core': ['/etc/dnf/plugins/post-transaction-actions.conf'],
  'libc6-arm64-cross': ['/usr/aarch64-linux-gnu/lib/libc.so.6'],
  'libjna-java': ['/usr/share/java/jna.jar', '/usr/lib/x86_64-linux-gnu/jni/libjnidispatch.system.so'],
  'linux-libc-dev': ['/usr/share/doc/linux-libc-dev/changelog.Debian.gz'],
  locales: ['/usr/share/i18n/locales/de_DE'],
  postgresql: ['/usr/lib/postgresql'],
} as const;

/** Python modules in .venv; test/requirements.txt lists them. */
const pythonModules = [
  'check_jsonschema',
  'cyclonedx.validation.json',
  'grafana_foundation_sdk',
  'jsonschema',
  'lib_users',
  'prometheus_client',
] as const;

/** Go builds this program, because its package on PyPI downloads it from another place. */
export const actionlint: string = join(projectRoot, '.venv/bin/actionlint');

const timedService = 'packaging/systemd/lib-users.service';
/** OVERLAYFS_SUPER_MAGIC in linux/magic.h */
const overlayfs = 0x794c7630;
const usersOverlay =
  'mount -t tmpfs none /tmp && cd /tmp && mkdir low up work all && mount -t overlay none all -o lowerdir=low,upperdir=up,workdir=work,userxattr';
const asRoot = 'run them as root';
const notInContainer = 'run them as root, on a machine or in a virtual one';

/** Abilities that the kernel must give the test, and that no file shows. */
const conditions = {
  'another user': {
    given: () => spawnSync('/bin/true', { uid: 65534, gid: 65534 }).status === 0,
    what: 'to act as other users',
    remedy: asRoot,
  },
  mounts: {
    given: () => succeeds('unshare', '--mount', 'mount', '-t', 'tmpfs', 'none', '/tmp'),
    what: 'to mount file systems',
    remedy: notInContainer,
  },
  'PID namespace': {
    given: () => succeeds('unshare', '--pid', '--fork', '--mount-proc', 'true'),
    what: 'a new PID namespace',
    remedy: notInContainer,
  },
  'network namespace': {
    given: () => succeeds('unshare', '--net', 'true'),
    what: 'a new network namespace',
    remedy: notInContainer,
  },
  'overlays of users': {
    given: () => spawnSync('unshare', ['-Urm', 'sh', '-c', usersOverlay], { uid: 65534, gid: 65534 }).status === 0,
    what: 'users who may mount overlays in user namespaces',
    remedy: `${notInContainer}, with Linux 5.11 or newer`,
  },
  'binfmt of a user namespace': {
    given: () => succeeds('unshare', '-Urm', 'mount', '-t', 'binfmt_misc', 'none', '/proc/sys/fs/binfmt_misc'),
    what: 'executable formats of a user namespace',
    remedy: `${notInContainer}, with Linux 6.7 or newer`,
  },
  'cgroup namespace': {
    given: () => succeeds('unshare', '--cgroup', 'true'),
    what: 'a new cgroup namespace',
    remedy: notInContainer,
  },
  chroot: { given: () => succeeds('chroot', '/', '/bin/true'), what: 'to change their root folder', remedy: asRoot },
  FUSE: {
    given: () => conditions.mounts.given() && opens('/dev/fuse'),
    what: '/dev/fuse',
    remedy: notInContainer,
  },
  "another user's FUSE": {
    given: () =>
      conditions.FUSE.given() &&
      spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'], {
        uid: 65534,
        gid: 65534,
      }).status === 0,
    what: '/dev/fuse, and namespaces that any user may make',
    remedy: `${notInContainer}, with user.max_user_namespaces above 0`,
  },
  'stat map_files': {
    given: () => holds(() => statSync(someMapping())),
    what: 'to look at files by /proc/PID/map_files',
    remedy: notInContainer,
  },
  'readlink map_files': {
    given: () => holds(() => readlinkSync(someMapping())),
    what: 'to read names in /proc/PID/map_files',
    remedy: notInContainer,
  },
  'no overlayfs': {
    given: () => ['/var/lib', projectRoot].every((path) => statfsSync(path).type !== overlayfs),
    what: 'files on no overlayfs',
    remedy: 'run them on a machine or in a virtual one',
  },
  'cgroup v2': {
    given: () =>
      unitHierarchies().some((point) => existsSync(join(point, 'cgroup.controllers')) && holds(() => tryFolder(point))),
    what: 'to make control groups of version 2',
    remedy: notInContainer,
  },
  cgroups: {
    given: () => unitHierarchies().length > 0 && unitHierarchies().every((point) => holds(() => tryFolder(point))),
    what: 'to make control groups',
    remedy: notInContainer,
  },
  libsystemd: {
    given: () => succeeds('python3', '-c', 'import ctypes; ctypes.CDLL("libsystemd.so.0")'),
    what: 'libsystemd',
    remedy: 'apt install libsystemd0',
  },
  // Makes a folder in /run if systemd has made none.
  'systemd-analyze': {
    given: () => succeeds('systemd-analyze', 'security', '--offline=yes', join(projectRoot, timedService)),
    what: 'systemd-analyze',
    remedy: 'apt install systemd, and boot with it or run them as root',
  },
  actionlint: {
    given: () => succeeds(actionlint, '-version'),
    what: 'actionlint',
    remedy: 'GOBIN="$PWD/.venv/bin" go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  },
  'Monitoring::Plugin': {
    given: () => succeeds('perl', '-MMonitoring::Plugin::Performance', '-e1'),
    what: 'Monitoring::Plugin',
    remedy: 'apt install libmonitoring-plugin-perl',
  },
  'two processors': {
    given: () => availableParallelism() > 1,
    what: 'two processors',
    remedy: 'run them on a machine that has them',
  },
} as const;

export type Capability =
  `CAP_${'CHOWN' | 'DAC_READ_SEARCH' | 'SYS_PTRACE' | 'SYS_ADMIN' | 'MKNOD' | 'CHECKPOINT_RESTORE'}`;
/** linux/capability.h */
const capabilityBits: Readonly<Record<Capability, bigint>> = {
  CAP_CHOWN: 0n,
  CAP_DAC_READ_SEARCH: 2n,
  CAP_SYS_PTRACE: 19n,
  CAP_SYS_ADMIN: 21n,
  CAP_MKNOD: 27n,
  CAP_CHECKPOINT_RESTORE: 40n,
};

export type Need =
  | keyof typeof programs
  | keyof typeof files
  | keyof typeof conditions
  | (typeof pythonModules)[number]
  | Capability;

const known = new Map<Need, string | null>();

/** Returns `wants WHAT: REMEDY` if a need is not met, else null. */
export function missing(need: Need): string | null {
  let reason = known.get(need);
  if (reason === undefined) {
    reason = findOut(need);
    known.set(need, reason);
  }
  return reason;
}

/** True if all needs are met; else the test is skipped. Use: `if (!needs(t, 'python3', 'mounts')) return;` */
export function needs(t: TestContext, ...wanted: readonly Need[]): boolean {
  for (const need of wanted) {
    const reason = missing(need);
    if (reason !== null) {
      skip(t, reason);
      return false;
    }
  }
  return true;
}

const isOneOf = <Name extends string>(names: Readonly<Record<Name, unknown>>, name: string): name is Name =>
  Object.hasOwn(names, name);

function findOut(need: Need): string | null {
  const wants = (given: boolean, what: string, remedy: string) => (given ? null : `wants ${what}: ${remedy}`);
  if (isOneOf(conditions, need)) {
    const { given, what, remedy } = conditions[need];
    return wants(given(), what, remedy);
  }
  if (isOneOf(programs, need)) return wants(onPath(need), need, `apt install ${programs[need]}`);
  if (isOneOf(files, need)) {
    const missingFile = files[need].find((path) => !existsSync(path));
    return wants(missingFile === undefined, need, `apt install ${need}`);
  }
  if (isOneOf(capabilityBits, need)) return wants(hasCapability(need), need, `${asRoot}, with this capability`);
  const environment = 'python3 -m venv .venv && .venv/bin/pip install -r test/requirements.txt';
  return wants(succeeds(join(projectRoot, '.venv/bin/python'), '-c', `import ${need}`), 'Python modules', environment);
}

/** Looks in the folders of root's PATH as well, because a person's PATH may lack those. */
function onPath(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.some((folder) => holds(() => accessSync(join(folder, program), constants.X_OK)));
}

function succeeds(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

function holds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}

function opens(path: string): boolean {
  return holds(() => closeSync(openSync(path, 'r+')));
}

function someMapping(): string {
  return join('/proc/self/map_files', readdirSync('/proc/self/map_files')[0] ?? '');
}

function tryFolder(parent: string): void {
  const folder = join(parent, `lib-users-test-${process.pid}`);
  mkdirSync(folder);
  rmdirSync(folder);
}

function hasCapability(name: Capability): boolean {
  const [, effective = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
  return ((BigInt(`0x${effective}`) >> capabilityBits[name]) & 1n) === 1n;
}
