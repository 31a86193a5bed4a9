// scan --fixes of processes that map gone files at a package's path, in a mount namespace of their own. If the scan is in that
// namespace too, root's own old file tells the version; a file of another user, or a file beside the package's files, does not.
// For a scan outside of that namespace the file is not the host's.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { PackageInUse, Report } from '../../src/documents/generated/report.ts';
import { makeElf } from '../support/elf-note.ts';
import { runCli, scan, start } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { commandLine } from '../support/program.ts';

/** A folder with libraries of one dpkg package, and of no other package. */
const folder = '/usr/lib/x86_64-linux-gnu/gconv';
const library = `${folder}/UTF-16.so`;

/** The package, its source and an older entry of its changelog that has newer entries with ids; null if there is none. */
function olderEntry(): { name: string; source: string; version: string; seconds: number; cves: number } | null {
  const { stdout } = spawnSync('dpkg-query', ['-S', library], { encoding: 'utf8' });
  const name = stdout.split(':')[0] ?? '';
  const changelog = `/usr/share/doc/${name}/changelog.Debian.gz`;
  if (name === '' || !existsSync(changelog)) return null;
  const ids = new Set<string>();
  const entries = gunzipSync(readFileSync(changelog))
    .toString('latin1')
    .split(/^ -- .*> {2}/m);
  for (const [index, entry] of entries.entries()) {
    const [, source, version] = /^(\S+) \((\S+)\) /m.exec(entry) ?? [];
    const date = entries[index + 1]?.split('\n')[0];
    if (source === undefined || version === undefined || date === undefined) return null;
    // An id that an older entry names too may count or not, so the entry is taken only if there is none.
    const rest = entries.slice(index).join('');
    if (ids.size > 0 && ![...ids].some((id) => rest.includes(id)))
      return { name, source, version, seconds: Date.parse(date) / 1000, cves: ids.size };
    for (const id of entry.match(/CVE-\d{4}-\d{4,}/g) ?? []) ids.add(id);
  }
  return null;
}

/**
 * In its own mount namespace with an empty folder there, one program makes a library, and another one maps and unlinks it. The
 * library is older than the second program, because a file that a process made itself is not code of a package.
 */
const script = `
mount -t tmpfs tmpfs ${folder}
base64 --decode >"$1" <<END
$4
END
chown "$2" "$1"
touch --date="@$3" "$1"
sleep 1
python3 -c '
import mmap, os, sys, time
with open(sys.argv[1], "rb") as file: mapped = mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC)
os.unlink(sys.argv[1])
print("ready", flush=True)
time.sleep(600)
' "$1"`;

type GoneFile = [path: string, owner: number, seconds: number, content?: Buffer];

/** Returns the pid of the process that maps the gone file */
async function startMapper(
  t: TestContext,
  ...[path, owner, seconds, content = Buffer.alloc(4096)]: GoneFile
): Promise<string> {
  const namespace = ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', script, 'sh'] as const;
  const child = await start(t, [...namespace, path, String(owner), String(seconds), content.toString('base64')], {
    ready: true,
  });
  const mapper = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').trim();
  t.after(() => process.kill(Number(mapper), 'SIGKILL'));
  return mapper;
}

async function packagesOf(t: TestContext, ...file: GoneFile): Promise<PackageInUse[] | null> {
  const mapper = await startMapper(t, ...file);
  const args = ['scan', '--no-config', '--format', 'json', '--fixes', '--pid', mapper];
  const enter = ['--target', mapper, '--mount', '--', ...commandLine(args)];
  const { stdout, stderr } = spawnSync('nsenter', enter, { encoding: 'utf8' });
  assert.notEqual(stdout, '', stderr);
  const report: Report = JSON.parse(stdout);
  assert.equal(report.summary.maps, 1);
  return report.packages ?? null;
}

test('a gone file of a package: the version by its time, and the ids since', async (t) => {
  if (!needs(t, 'dpkg-query', 'python3', 'mounts', 'stat map_files', 'CAP_CHOWN')) return;
  const older = olderEntry();
  if (older === null) return t.skip('there is no changelog to compare with');
  const [found, ...others] = (await packagesOf(t, library, 0, older.seconds)) ?? [];
  assert.deepEqual(others, []);
  assert.deepEqual(
    [found?.name, found?.running_version, found?.evidence, found?.fixes?.count, found?.fixes?.complete],
    [older.name, older.version, 'file_time', older.cves, true],
  );
});

test("a file of a root of its own is not of the host's package, whatever its path and its time", async (t) => {
  if (!needs(t, 'dpkg-query', 'python3', 'mounts', 'stat map_files', 'CAP_CHOWN')) return;
  const older = olderEntry();
  if (older === null) return t.skip('there is no changelog to compare with');
  const { packages, processes } = scan('--fixes', '--pid', await startMapper(t, library, 0, older.seconds));
  assert.deepEqual(packages, []);
  assert.deepEqual(
    processes.flatMap(({ maps }) => maps.map(({ path, role, package: owner }) => [path, role, owner])),
    [[library, 'code', null]],
  );
});

test("somebody's own file with a forged time at a path of a package names no version", async (t) => {
  if (!needs(t, 'dpkg-query', 'python3', 'mounts', 'stat map_files', 'CAP_CHOWN')) return;
  const older = olderEntry();
  if (older === null) return t.skip('there is no changelog to compare with');
  const [found] = (await packagesOf(t, library, 65534, older.seconds)) ?? [];
  assert.deepEqual(
    [found?.name, found?.running_version, found?.fixes, found?.unknown_because],
    [older.name, null, null, 'no_running_version'],
  );
});

test('a file that the package does not have is not of the package, whatever its time', async (t) => {
  if (!needs(t, 'dpkg-query', 'python3', 'mounts', 'stat map_files', 'CAP_CHOWN')) return;
  const older = olderEntry();
  if (older === null) return t.skip('there is no changelog to compare with');
  assert.deepEqual(await packagesOf(t, `${folder}/forged.so`, 0, older.seconds), []);
});

test('packages is null without --fixes, and --fixes asks the package database too', () => {
  const plain = scan('--pid', String(process.pid));
  assert.deepEqual([plain.packages, plain.scan.fixes, plain.scan.packages], [null, false, false]);
  const asked = scan('--fixes', '--pid', String(process.pid));
  assert.deepEqual([asked.packages, asked.scan.fixes, asked.scan.packages], [[], true, true]);
  const configured = 'kind: lib-users/config\nschema_version: 1.2.0\nscan:\n  fixes: true\n';
  const answer = runCli(['scan', '--no-config', '--config', '-', '--format', 'json', '--pid', String(process.pid)], {
    input: configured,
  });
  assert.equal(JSON.parse(answer.stdout).scan.fixes, true, answer.stderr);
});

test('a gone file whose time is that of no entry, with a note of its build: the version that the note says', async (t) => {
  if (!needs(t, 'dpkg-query', 'python3', 'mounts', 'stat map_files', 'CAP_CHOWN')) return;
  const older = olderEntry();
  if (older === null) return t.skip('there is no changelog to compare with');
  const note = JSON.stringify({ type: 'deb', name: older.source, version: older.version });
  const [found] =
    (await packagesOf(t, library, 0, older.seconds + 1, makeElf({ bits: 64, little: true }, `${note}\0`))) ?? [];
  assert.deepEqual(
    [found?.name, found?.running_version, found?.evidence, found?.fixes?.count],
    [older.name, older.version, 'build_note', older.cves],
  );
});
