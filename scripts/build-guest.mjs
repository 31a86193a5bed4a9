// Builds the Debian trees that guests boot from: `node scripts/build-guest.mjs bullseye trixie` prints the path of each.
// test/guest boots those named for a release; test/fresh boots `fresh`, which has only what README's two commands ask for.
// A tree is built once by debootstrap into ${XDG_CACHE_HOME:-/var/cache}/lib-users-guest (or LIB_USERS_GUEST_CACHE), is named
// for the hash of this recipe, and is never written to again. Packages come from the Debian mirror that this machine's
// own apt is configured for (or LIB_USERS_GUEST_MIRROR).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The packages of the guests of test/guest. Everything but ssh is installed and disabled: a test starts the services that it needs. */
const packages = [
  ...[
    'python3',
    'python3-apt',
    'openssh-server',
    'libnss-myhostname',
    'libpam-systemd',
    'dbus-user-session',
    'sudo',
    'acl',
    'iproute2',
    'procps',
  ],
  ...[
    'ca-certificates',
    'openssl',
    'systemd-container',
    'nginx',
    'apache2',
    'redis-server',
    'rsyslog',
    'logrotate',
    'cron',
  ],
];
const disabled = [
  ...['nginx', 'apache2', 'redis-server', 'rsyslog', 'cron'].map((name) => `${name}.service`),
  ...['apt-daily.timer', 'apt-daily-upgrade.timer', 'apache-htcacheclean.service'],
];
/**
 * Kept as .deb files in apt's own archive folder, every version on offer: `apt-get install --reinstall` works offline.
 * @type {Record<string, string[]>}
 */
const archived = {
  bullseye: ['openssl'],
  bookworm: [
    ...['libssl3', 'openssl', 'libdbus-1-3', 'dbus-daemon', 'zlib1g', 'libpcre2-8-0'],
    // test/guest/fixes.test.ts goes from the first version on offer to the last, as a night of security updates does.
    ...['libexpat1', 'libpam0g', 'nginx', 'nginx-common', 'redis-server', 'redis-tools', 'rsyslog'],
    ...['openssh-server', 'openssh-client', 'openssh-sftp-server'],
    ...['python3.11', 'python3.11-minimal', 'libpython3.11-minimal', 'libpython3.11-stdlib'],
  ],
  trixie: ['libssl3t64', 'openssl', 'libdbus-1-3', 'dbus-daemon', 'zlib1g', 'libpcre2-8-0'],
};

const recipe = createHash('sha256')
  .update(readFileSync(fileURLToPath(import.meta.url)))
  .digest('hex')
  .slice(0, 12);
const cache = process.env.LIB_USERS_GUEST_CACHE ?? join(process.env.XDG_CACHE_HOME || '/var/cache', 'lib-users-guest');

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ input?: string }} options
 */
function run(command, args, options = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    ...options,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args[0]} ended with ${status}\n${(stdout + stderr).slice(-8000)}`);
  return stdout;
}

/**
 * The mirrors of Debian and of its security updates, as this machine's apt knows them.
 * @typedef {{ main: string, security: string | null }} Mirrors `security` is null if there is none
 * @returns {Mirrors}
 */
function mirrors() {
  if (process.env.LIB_USERS_GUEST_MIRROR) return { main: process.env.LIB_USERS_GUEST_MIRROR, security: null };
  const format = '$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)';
  const targets = run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']).split('\n');
  /** @type {(label: string) => string | null} */
  const find = (label) => targets.find((line) => line.startsWith(`Debian|${label}|main|`))?.split('|')[3] ?? null;
  const main = find('Debian');
  if (!main) throw new Error('apt knows no Debian mirror: run apt-get update, or set LIB_USERS_GUEST_MIRROR');
  return { main, security: find('Debian-Security') };
}

/**
 * @param {string} release
 * @param {Mirrors} mirrors
 */
function sourcesList(release, { main, security }) {
  const lines = [`deb ${main} ${release} main`, `deb ${main} ${release}-updates main`];
  if (security) lines.push(`deb ${security} ${release}-security main`);
  return `${lines.join('\n')}\n`;
}

/** The packages of a fresh Debian machine on which somebody builds lib-users. */
const freshPackages = ['nodejs', 'npm', 'git', 'ca-certificates'];

const before = `
export PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C HOME=/root
apt-get -q update
apt-get -q -y dist-upgrade`;
const after = `
: >/etc/machine-id
rm -f /tmp/id.pub /usr/sbin/policy-rc.d /etc/hostname /etc/resolv.conf /var/lib/dbus/machine-id
`;
/** @type {(debs: string[]) => string} */
const guestScript = (debs) => `
apt-get -q -y install --no-install-recommends ${packages.join(' ')}
apt-get clean
# Installed by the tests that ask for them.
apt-get -q -y --download-only install --no-install-recommends needrestart
apt-get -q -y --download-only install --no-install-recommends php-fpm php-cli libapache2-mod-php libfcgi-bin
install -d -o _apt /tmp/versions && cd /tmp/versions
for package in ${debs.join(' ')}; do
  apt-cache madison "$package" | awk '{ print $1 "=" $3 }' | sort -u >list
  while read -r version; do apt-get -q download "$version"; done <list
done
mv ./*.deb /var/cache/apt/archives/
cd / && rm -r /tmp/versions
systemctl -q disable ${disabled.join(' ')}
# A user manager's cgroup may go before systemd has seen it empty: it then waits for its deadline, and a reboot with it.
mkdir -p /etc/systemd/system.conf.d '/etc/systemd/system/user@.service.d'
printf '[Manager]\\nDefaultTimeoutStopSec=5s\\n' >/etc/systemd/system.conf.d/guest.conf
printf '[Service]\\nTimeoutStopSec=2s\\n' >'/etc/systemd/system/user@.service.d/guest.conf'
useradd --create-home --shell /bin/bash --uid 1000 alice
useradd --create-home --shell /bin/bash --uid 1001 deploy
echo 'deploy ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/deploy
for home in /root /home/alice /home/deploy; do
  install -d -m 0700 "$home/.ssh"
  install -m 0600 /tmp/id.pub "$home/.ssh/authorized_keys"
  chown -R --reference="$home" "$home/.ssh"
done`;
const freshScript = `
apt-get -q -y install --no-install-recommends ${freshPackages.join(' ')}
apt-get clean
useradd --create-home --shell /bin/bash --uid 1000 alice`;
/**
 * The trees: a release of Debian, and the script that is run in it as `sh -eu`, in a PID namespace and with a /proc that end with it.
 * @type {Record<string, { release: string, script: string }>}
 */
const trees = {
  ...Object.fromEntries(
    Object.entries(archived).map(([release, debs]) => [release, { release, script: guestScript(debs) }]),
  ),
  fresh: { release: 'trixie', script: freshScript },
};

/**
 * @param {string} name
 * @param {{ release: string, script: string }} recipe
 * @param {string} tree the folder to build in
 */
function build(name, { release, script }, tree) {
  const started = Date.now();
  console.error(`building the ${name} guest in ${tree} (once, a minute or two)`);
  const sources = mirrors();
  // Runs in a mount namespace of its own, so that everything mounted below the tree ends with the build in any case.
  const first = [
    'debootstrap',
    '--variant=minbase',
    '--include=systemd,systemd-sysv,dbus',
    release,
    tree,
    sources.main,
  ];
  run('unshare', ['--mount', '--propagation', 'private', ...first]);
  writeFileSync(join(tree, 'etc/apt/sources.list'), sourcesList(release, sources));
  writeFileSync(join(tree, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  writeFileSync(join(tree, 'tmp/id.pub'), readFileSync(join(cache, 'id_ed25519.pub')));
  const inside = ['--mount', '--pid', '--fork', '--kill-child', `--root=${tree}`, '--mount-proc', 'sh', '-eu', '-s'];
  run('unshare', inside, { input: `${before}${script}${after}` });
  console.error(`built in ${Math.round((Date.now() - started) / 1000)} s`);
}

function makeKey() {
  const key = join(cache, 'id_ed25519');
  if (!existsSync(key)) run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'lib-users-guest', '-f', key]);
}

const names = process.argv.slice(2);
if (names.length === 0 || names.some((name) => !Object.hasOwn(trees, name))) {
  console.error(`usage: node scripts/build-guest.mjs ${Object.keys(trees).join('|')}...`);
  process.exit(2);
}
mkdirSync(cache, { recursive: true, mode: 0o755 });
// One build at a time: the child that flock starts finds the variable and goes on.
if (!process.env.LIB_USERS_GUEST_LOCKED) {
  const env = { ...process.env, LIB_USERS_GUEST_LOCKED: '1' };
  const argv = [join(cache, 'lock'), process.execPath, fileURLToPath(import.meta.url), ...names];
  process.exit(spawnSync('flock', argv, { stdio: 'inherit', env }).status ?? 3);
}
makeKey();
for (const name of names) {
  const wanted = trees[name];
  const tree = join(cache, `${name}-${recipe}`);
  if (wanted && !existsSync(tree)) {
    const partial = `${tree}.partial`;
    rmSync(partial, { recursive: true, force: true });
    build(name, wanted, partial);
    renameSync(partial, tree);
  }
  console.log(tree);
}
