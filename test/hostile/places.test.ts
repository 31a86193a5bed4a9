// Misleading places: links out of a process's root, and things at a library's path that are not files. Files are only opened with
// O_PATH, no link is followed, nothing blocks.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import { startCreature } from '../support/hostile.ts';
import { processOf, python, start, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { commandLine } from '../support/program.ts';

/** A scan, and every open(2) of it as one line each. */
function tracedScan(t: TestContext): { report: Report; opens: string[] } {
  const trace = join(workFolder(t), 'trace');
  const argv = ['-f', '-qq', '-s', '4096', '-e', 'trace=open,openat,openat2', '-o', trace];
  const { status, stdout } = spawnSync(
    'strace',
    [...argv, ...commandLine(['scan', '--no-config', '--format', 'json'])],
    { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 60_000, killSignal: 'SIGKILL' },
  );
  assert.equal(status, 0);
  return { report: JSON.parse(stdout), opens: readFileSync(trace, 'latin1').trimEnd().split('\n') };
}

const replacements: Record<string, (path: string, t: TestContext) => unknown> = {
  'a fifo': (path) => spawnSync('mkfifo', [path]),
  'a character device': (path) => spawnSync('mknod', [path, 'c', '4', '64']),
  'a block device': (path) => spawnSync('mknod', [path, 'b', '7', '200']),
  'a folder': (path) => mkdirSync(path),
  'a link to what hangs': (path) => symlinkSync('/proc/kmsg', path),
  'a socket': (path, t) => {
    const server = createServer().listen(path);
    t.after(() => server.close());
    return new Promise((resolve) => server.once('listening', resolve));
  },
};

for (const [what, put] of Object.entries(replacements)) {
  test(`a library replaced by ${what} is looked at, never opened`, async (t) => {
    if (!needs(t, 'python3', 'strace')) return;
    if (what.endsWith('device') && !needs(t, 'CAP_MKNOD')) return;
    const { child, library } = await startCreature(t, 'plain');
    unlinkSync(library);
    await put(library, t);
    const { report, opens } = tracedScan(t);
    assert.deepEqual(
      processOf(report, child.pid)?.maps.map(({ path, state }) => [path, state]),
      [[library, 'replaced']],
    );
    const looks = opens.filter((line) => line.includes('libdemo.so'));
    assert.ok(looks.length > 0, 'it was looked at');
    for (const line of looks) assert.match(line, /O_NOFOLLOW\|.*O_PATH|O_PATH\|.*O_NOFOLLOW/);
  });
}

test('a root whose folders are links out of it: unknown, and the place outside is not looked at', async (t) => {
  if (!needs(t, 'python3', 'strace', 'chroot')) return;
  const jail = workFolder(t);
  const outside = workFolder(t);
  const inner = join(jail, 'usr/lib/libdemo.so');
  mkdirSync(dirname(inner), { recursive: true });
  copyFileSync('/etc/passwd', join(outside, 'libdemo.so'));
  const script =
    "import mmap,os,sys,time; os.chroot(sys.argv[1]); os.chdir('/'); f=os.open('usr/lib/libdemo.so',os.O_RDWR|os.O_CREAT); os.write(f,b'x'*4096); m=mmap.mmap(f,4096,prot=5,flags=2); print('ready',flush=True); time.sleep(600)";
  const child = await start(t, [python as string, '-c', script, jail], { ready: true });
  unlinkSync(inner);
  rmdirSync(join(jail, 'usr/lib'));
  for (const [how, target] of [
    ['from our root', outside],
    ['from its own', '/'],
    ['upwards', `../../../../../../../..${outside}`],
    ['around', 'lib'],
    ['through its process', '/proc/self/root'],
  ] as const) {
    symlinkSync(target, join(jail, 'usr/lib'));
    const { report, opens } = tracedScan(t);
    const found = processOf(report, child.pid);
    assert.deepEqual(
      [...(found?.maps ?? []), ...(found?.fds ?? [])].map(({ path, state }) => [path, state]),
      [inner, inner, inner].map((path) => [path, 'unknown']),
      how,
    );
    assert.deepEqual(
      opens.filter((line) => line.includes(outside)),
      [],
      how,
    );
    unlinkSync(join(jail, 'usr/lib'));
  }
});
