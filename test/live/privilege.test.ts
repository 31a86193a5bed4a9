// The capabilities that the scan needs, and why: it runs with exactly these, as another user (ambient) and as root without the
// rest, in a PID namespace of its own. docs/security.md tells administrators the result.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Process, Report } from '../../src/documents/generated/report.ts';
import { python, someLibrary, start, workFolder } from '../support/live.ts';
import { type Capability, needs } from '../support/needs.ts';
import { commandLine, copyProgram } from '../support/program.ts';
import { until } from '../support/until.ts';

const owner = 12345;
const scanner = 65534;

/** Maps two libraries and writes to a log, all given as arguments, until standard input ends. */
const user = `
import mmap, sys
maps = []
for path in sys.argv[2:4]:
    with open(path, "rb") as file:
        maps.append(mmap.mmap(file.fileno(), 4096, prot=5, flags=2))
log = open(sys.argv[4], "ab", 0)
log.write(b"x" * 8192)
open(sys.argv[1], "x").close()
sys.stdin.read()`;

interface Place {
  uid: number;
  /** Only the folder's owner may enter it. */
  folder: string;
  files: [replaced: string, removed: string, log: string];
}

function makePlace(t: TestContext, uid: number): Place {
  const folder = join(workFolder(t), 'private');
  mkdirSync(folder);
  const [replaced, removed, log] = ['replaced.so', 'removed.so', 'x.log'].map((name) =>
    join(folder, name),
  ) as Place['files'];
  for (const path of [replaced, removed]) copyFileSync(someLibrary(), path);
  writeFileSync(log, '');
  chownSync(log, uid, uid);
  chownSync(folder, uid, uid);
  chmodSync(folder, 0o700);
  return { uid, folder, files: [replaced, removed, log] };
}

/** The init of a PID namespace, with one process of the owner of each place in it. */
async function startNamespace(t: TestContext, places: readonly Place[]): Promise<number> {
  const init = `
import subprocess, sys
for uid, *rest in ${JSON.stringify(places.map(({ uid, folder, files }) => [String(uid), join(folder, 'ready'), ...files]))}:
    drop = ["setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups", "--"]
    subprocess.Popen([*drop, sys.executable, "-c", ${JSON.stringify(user)}, *rest], stdin=subprocess.PIPE)
sys.stdin.read()`;
  const unshare = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--', python!, '-c', init] as const;
  const { pid } = await start(t, [...unshare]);
  await until('the processes are ready', () => places.every(({ folder }) => existsSync(join(folder, 'ready'))));
  for (const {
    files: [replaced, removed, log],
  } of places) {
    copyFileSync(someLibrary(), `${replaced}.new`);
    renameSync(`${replaced}.new`, replaced);
    unlinkSync(removed);
    unlinkSync(log);
  }
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}

/** The states of the replaced and of the removed library, whether the size of the removed one is known, and the held bytes of the log. */
function seen(process: Process | undefined): string {
  if (process === undefined) return 'nothing';
  const [replaced, removed] = ['replaced.so', 'removed.so'].map((name) =>
    process.maps.find(({ path }) => path.endsWith(name)),
  );
  const log = process.fds.find(({ path }) => path.endsWith('x.log'));
  return `${replaced?.state} ${removed?.state}${removed?.links === 0 ? ' sized' : ''} ${log?.held_bytes}`;
}

const all = 'replaced removed sized 8192';
const unsized = 'replaced removed 8192';

interface Row {
  capabilities: Capability[];
  complete: boolean;
  /** Result for the user's process, and for root's, if the scanner runs as a third user. */
  stranger: [user: string, root: string];
  /** The same if the scanner runs as root, which owns root's files. */
  root: [user: string, root: string];
}

const enough: Capability[] = ['CAP_SYS_PTRACE', 'CAP_DAC_READ_SEARCH'];
const nothing: [string, string] = ['nothing', 'nothing'];
const rows: readonly Row[] = [
  { capabilities: [], complete: false, stranger: nothing, root: nothing },
  {
    capabilities: ['CAP_DAC_READ_SEARCH', 'CAP_CHECKPOINT_RESTORE'],
    complete: false,
    stranger: nothing,
    root: nothing,
  },
  // Shows maps but no descriptors; files in folders that only their owner may enter are not known.
  {
    capabilities: ['CAP_SYS_PTRACE'],
    complete: false,
    stranger: ['unknown unknown undefined', 'unknown unknown undefined'],
    root: ['unknown unknown undefined', unsized],
  },
  { capabilities: enough, complete: true, stranger: [unsized, unsized], root: [unsized, unsized] },
  { capabilities: [...enough, 'CAP_CHECKPOINT_RESTORE'], complete: true, stranger: [all, all], root: [all, all] },
  { capabilities: [...enough, 'CAP_SYS_ADMIN'], complete: true, stranger: [all, all], root: [all, all] },
];

test('the scan with some capabilities only', async (t) => {
  for (const row of rows) {
    await t.test(row.capabilities.join(' and ') || 'none', async (t) => await scanWith(t, row));
  }
});

async function scanWith(t: TestContext, { capabilities, complete, ...expected }: Row): Promise<void> {
  if (!needs(t, 'PID namespace', 'another user', 'setpriv', 'python3', ...capabilities)) return;
  const program = copyProgram(workFolder(t));
  const init = await startNamespace(t, [makePlace(t, owner), makePlace(t, 0)]);
  const enter = ['nsenter', `--target=${init}`, '--pid', '--mount', '--', 'setpriv', '--no-new-privs'];
  const sets = ['-all', ...capabilities.map((name) => name.replace('CAP_', '+').toLowerCase())].join(',');
  const ids = [`--reuid=${scanner}`, `--regid=${scanner}`, '--clear-groups'];
  const ways = {
    stranger: [...ids, `--inh-caps=${sets}`, `--ambient-caps=${sets}`, `--bounding-set=${sets}`],
    root: ['--inh-caps=-all', `--bounding-set=${sets}`],
  };
  for (const who of ['stranger', 'root'] as const) {
    const scan = ['scan', '--no-config', '--no-systemctl', '--format', 'json'];
    const [command = '', ...args] = [...enter, ...ways[who], '--', ...commandLine(scan, program)];
    const answer = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 60_000 });
    assert.equal(answer.status, 0, `${who}: ${answer.stderr}`);
    const { scan: about, processes } = JSON.parse(answer.stdout) as Report;
    const uids = [owner, 0].map((uid) => seen(processes.find((process) => process.user?.uid === uid)));
    assert.deepEqual([...uids, about.complete], [...expected[who], complete], who);
  }
}

/** Does by hand what a container engine does for --pid=host --network=none --read-only and three capabilities. */
const container = `
mount --make-rprivate /
mount -t tmpfs none "$1"
for name in usr bin lib lib64 sbin; do
  if [ -L /$name ]; then cp -P /$name "$1/$name"; elif [ -d /$name ]; then mkdir "$1/$name"; mount --bind -o ro /$name "$1/$name"; fi
done
mkdir "$1/proc" "$1/app" "$1/old"
mount --bind "$2" "$1/app"
mount -t proc proc "$1/proc"
mount -o remount,ro "$1"
cd "$1"
pivot_root . old
umount -l /old
shift 2
exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all,+sys_ptrace,+dac_read_search,+checkpoint_restore -- "$@"`;

test('a container in the PID namespace of the host sees of its processes what the host sees', async (t) => {
  if (!needs(t, 'PID namespace', 'python3', ...enough, 'CAP_CHECKPOINT_RESTORE')) return;
  const program = copyProgram(workFolder(t));
  const init = await startNamespace(t, [makePlace(t, owner), makePlace(t, 0)]);
  const enter = ['nsenter', `--target=${init}`, '--pid', '--mount', '--'];
  const own = ['unshare', '--mount', '--uts', '--ipc', '--net', '--cgroup', '--', '/bin/sh', '-ec', container, 'sh'];
  const read = ([command = '', ...args]: string[]): Report => {
    const { status, stdout, stderr } = spawnSync(command, args, {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      timeout: 60_000,
    });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as Report;
  };
  const scan = ['scan', '--no-config', '--format', 'json'];
  const outside = read([...enter, ...commandLine(scan, program)]);
  const inside = read([
    ...enter,
    ...own,
    workFolder(t),
    dirname(program),
    ...commandLine(scan, join('/app', basename(program))),
  ]);
  // The container has no /etc/passwd, so it knows uids and no names.
  const unnamed = <F extends Process['maps'][number] | Process['fds'][number]>({ owner, ...file }: F) => ({
    ...file,
    owner: owner?.uid,
  });
  const findings = ({ processes }: Report) =>
    processes.map(({ pid, user, maps, fds }) => [pid, user?.uid, maps.map(unnamed), fds.map(unnamed)]);
  assert.deepEqual(findings(inside), findings(outside));
  assert.equal(findings(inside).length, 2);
  assert.equal(inside.scan.complete, true);
});
