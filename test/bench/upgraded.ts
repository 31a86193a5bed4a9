// The packages of this host -> files as an upgrade leaves them behind: at a path of a package, with the time of an older entry of
// its changelog. They are made in a mount namespace of their own, so that no file of the host changes.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';

const inLib = (name: RegExp) => readdirSync('/usr/lib').find((each) => name.test(each)) ?? 'none';
const libraries = join('/usr/lib', inLib(/-linux-gnu$/));
/** Folders that no program of this bench needs, each with code of one package. */
const folders = [
  `${libraries}/gconv`,
  `${libraries}/ossl-modules`,
  `${libraries}/sasl2`,
  `${libraries}/krb5/plugins/preauth`,
  '/usr/lib/git-core',
  '/usr/lib/openssh',
  '/usr/libexec/sudo',
  `/usr/lib/${inLib(/^python3\.[0-9]+$/)}/lib-dynload`,
];
export const leastPackages = 3;

/** How many entries of the changelog lie between the file in use and the installed version. */
const entriesBehind = 5;

interface Left {
  path: string;
  /** The time of the file, in seconds since the epoch. */
  seconds: number;
}

function findLeft(): Left[] {
  const left = folders.flatMap((folder): Left[] => {
    const name = existsSync(folder) ? readdirSync(folder).sort()[0] : undefined;
    if (name === undefined) return [];
    const path = join(folder, name);
    const owner = spawnSync('dpkg-query', ['-S', path], { encoding: 'utf8' }).stdout.split(/[:,]/)[0] ?? '';
    const changelog = `/usr/share/doc/${owner}/changelog.Debian.gz`;
    if (owner === '' || !existsSync(changelog)) return [];
    const dates = gunzipSync(readFileSync(changelog))
      .toString('latin1')
      .matchAll(/^ -- .*> {2}(.*)$/gm);
    const times = [...dates].map(([, date]) => Date.parse(date!) / 1000);
    const seconds = times[Math.min(entriesBehind, times.length - 1)];
    return seconds === undefined || Number.isNaN(seconds) ? [] : [{ path, seconds }];
  });
  if (left.length < leastPackages) throw new Error(`wants ${leastPackages} packages of dpkg with changelogs and code`);
  return left;
}

const storedAt = (folder: string, path: string) => join(folder, 'left', path);

/** Writes the files into a folder of the workload. */
export function makeLeft(folder: string): void {
  for (const { path, seconds } of findLeft()) {
    const file = storedAt(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, Buffer.alloc(5 * 4096));
    utimesSync(file, seconds, seconds);
  }
}

/** Puts each file into an empty folder. The pause makes the files older than the processes: code is not made by its own process. */
const script = `
left=$1; shift
find "$left" -type f -printf '%P\\n' | while read -r path; do
  mount -t tmpfs tmpfs "/\${path%/*}"
  cp -p "$left/$path" "/$path"
done
sleep 1
exec "$@"`;

/** The words before the command that starts the processes. */
export function inNamespace(folder: string): string[] {
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', script, 'sh', join(folder, 'left')];
}

/** The words before a command that is to see the mounts of a process. */
export function asSeenBy(pid: number): string[] {
  return ['nsenter', '--target', String(pid), '--mount', '--'];
}

export function leftPaths(folder: string): string[] {
  const files = readdirSync(join(folder, 'left'), { recursive: true, withFileTypes: true });
  return files.flatMap((file) =>
    file.isFile() ? [join('/', relative(join(folder, 'left'), join(file.parentPath, file.name)))] : [],
  );
}

/** Puts other files in the place of those that the processes use. */
export function replaceLeft(folder: string, pid: number): void {
  for (const path of leftPaths(folder)) {
    const there = `/proc/${pid}/root${path}`;
    writeFileSync(`${there}.new`, '');
    renameSync(`${there}.new`, there);
  }
}
