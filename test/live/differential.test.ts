// The same host in the same run, seen by the tools in use today: lib_users and fd_users (0.14.post1, the newest on PyPI), and
// lsof +L1.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { DeletedFd } from '../../src/documents/generated/report.ts';
import { scan, start, startWithLibrary, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { commandLine, linkProgram } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';

const peer = (name: string) => join(projectRoot, '.venv/bin', name);
const holder =
  "const fs=require('node:fs');for(const f of process.argv.slice(1))fs.writeSync(fs.openSync(f,'a'),'x'.repeat(9000));console.log('ready');setInterval(()=>{},1e6)";

function output(program: string, args: readonly string[]): string {
  const answer = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(answer.status, 0, `${program}: ${answer.stderr}`);
  return answer.stdout;
}

/** The lines of `-m` output that name one of the pids, sorted, because other processes of the host come and go. */
function linesOf(text: string, pids: readonly number[]): string[] {
  const wanted = new Set(pids.map(String));
  return text
    .split('\n')
    .filter((line) => (line.split(';')[0] ?? '').split(',').some((pid) => wanted.has(pid)))
    .sort();
}

/** lib_users -s writes the files of all processes with one command line as those of each. No other test has this one. */
const ownSeconds = 4321;

async function strays(t: TestContext) {
  const folder = workFolder(t);
  const libraries = ['liba.so', 'libb.so'].map((name) => join(folder, name)) as [string, string];
  const first = await startWithLibrary(t, libraries[0], ownSeconds);
  const second = await startWithLibrary(t, libraries[0], ownSeconds);
  const third = await startWithLibrary(t, libraries[1], ownSeconds);
  const logs = [join(folder, 'a.log'), join(folder, 'b c.log')];
  const fourth = await start(t, [process.execPath, '-e', holder, ...logs], { ready: true });
  for (const path of [...libraries, ...logs]) unlinkSync(path);
  return { folder, pids: [first, second, third, fourth].map((child) => child.pid) };
}

for (const name of ['lib_users', 'fd_users']) {
  for (const flags of [['-m'], ['-s'], []]) {
    test(`${name} ${flags.join(' ')} prints what the original prints`, async (t) => {
      if (!needs(t, 'lib_users')) return;
      const { folder, pids } = await strays(t);
      const [dropIn, ...args] = commandLine(flags, linkProgram(folder, name));
      const wanted = new Set(pids.map(String));
      const pick = (text: string) =>
        flags.includes('-m')
          ? linesOf(text, pids)
          : text
              .split('\n')
              .filter((line) => (line.split(' ')[0] ?? '').split(',').some((pid) => wanted.has(pid)))
              .sort();
      const ours = pick(output(dropIn, args));
      assert.deepEqual(ours, pick(output(peer(name), flags)));
      assert.ok(ours.length > 0, 'both found something');
    });
  }
}

test('regular files without a link: the same descriptors as lsof +L1', async (t) => {
  if (!needs(t, 'lsof', 'CAP_SYS_PTRACE')) return;
  const { pids } = await strays(t);
  // Processes come and go meanwhile: a file that one tool saw before and after the other one looked was there for both.
  const theirs = [lsofUnlinked()];
  const first = scanGone();
  const ours = [unlinked(first)];
  theirs.push(lsofUnlinked());
  ours.push(unlinked(scanGone()));
  // If lsof asks a file system that may hang, we report `unknown`; but we must report the file.
  const known = first.map(({ key }) => key);
  assert.deepEqual(missing(theirs, known), [], 'lsof saw these and we did not');
  assert.deepEqual(missing(ours, theirs[1]), [], 'we saw these and lsof did not');
  assert.ok(ours[0]?.some((entry) => pids.includes(Number(entry.split(' ')[0]))));
});

/** The entries of both looks that are missing in the look between them. */
function missing([before = [], after = []]: string[][], between: string[] = []): string[] {
  return before.filter((entry) => after.includes(entry) && !between.includes(entry));
}

interface GoneFd {
  /** `pid fd` */
  key: string;
  fd: DeletedFd;
}

function scanGone(): GoneFd[] {
  // If a leader has exited while its threads live, its fd folder is empty: lsof sees nothing there, we read a living thread.
  const { processes } = scan('--no-default-rules', '--only', 'fds');
  const led = processes.filter(({ pid }) => existsSync(`/proc/${pid}/fd`) && readdirSync(`/proc/${pid}/fd`).length > 0);
  return led.flatMap(({ pid, fds }) => fds.map((fd) => ({ key: `${pid} ${fd.fd}`, fd })));
}

function unlinked(gone: readonly GoneFd[]): string[] {
  const regular = gone.filter(({ fd }) => fd.kind === 'regular' && fd.links === 0 && !fd.path.startsWith('/memfd:'));
  return regular.map(({ key }) => key);
}

/** `pid fd` of every numbered descriptor of a regular file with link count 0. memfds do not count: see the rules. */
function lsofUnlinked(): string[] {
  const found: string[] = [];
  let pid = '';
  let record: Record<string, string> = {};
  const flush = () => {
    const { f = '', t: type, k: links, n: name = '' } = record;
    if (/^[0-9]+$/.test(f) && type === 'REG' && links === '0' && !name.startsWith('/memfd:')) found.push(`${pid} ${f}`);
    record = {};
  };
  const answer = spawnSync('lsof', ['+L1', '-nPw', '-F', 'pftkn'], { encoding: 'utf8', maxBuffer: 1 << 28 });
  for (const line of answer.stdout.split('\n')) {
    const [key = '', value] = [line[0], line.slice(1)];
    if (key === 'p' || key === 'f' || key === '') flush();
    if (key === 'p') pid = value;
    else record[key] = value;
  }
  return found;
}
