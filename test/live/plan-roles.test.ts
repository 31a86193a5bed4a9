// Real programs with gone files that need no action. Each file is `ignored` with its code, or hidden by a rule that gives a
// reason, and none leads to an action.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import { run } from '../guest/run.ts';
import { postgresPrograms, startMariadb, startPostgres } from '../support/databases.ts';
import { processOf, python, runCli, scan, start, untilMapped, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { until } from '../support/until.ts';

/** The files of one process that the plan ignores, after a check that the plan has no action for the process. */
function ignoredOf(pid: number, ...flags: string[]): { code: string; path: string }[] {
  const answer = runCli(['plan', '--no-config', '--format', 'json', '--pid', String(pid), ...flags]);
  assert.equal(answer.status, 0, answer.stderr);
  const plan = JSON.parse(answer.stdout) as Plan;
  assert.deepEqual(plan.actions, []);
  assert.deepEqual(plan.services, []);
  for (const { pids } of plan.ignored) assert.deepEqual(pids, [pid]);
  return plan.ignored.map(({ code, path }) => ({ code, path }));
}

/** How many maps and descriptors of the process this rule hid. */
function hiddenBy(rule: string, pid: number): { maps: number; fds: number } {
  const found = scan('--pid', String(pid)).scan.suppressed.find((hidden) => hidden.rule === rule);
  return { maps: found?.maps ?? 0, fds: found?.fds ?? 0 };
}

test('PostgreSQL after DROP TABLE and CHECKPOINT', async (t) => {
  if (!needs(t, 'postgresql', 'another user', 'CAP_SYS_PTRACE')) return;
  const { data, psql } = await startPostgres(t, postgresPrograms() ?? '');
  // The session that made the table keeps it open while another session drops it.
  const session = await start(t, psql);
  const lines: string[] = [];
  session.stdout?.setEncoding('utf8').on('data', (text: string) => lines.push(...text.split('\n').filter(Boolean)));
  session.stdin?.write(`create table t as select generate_series(1, 1000) as n; select count(*) from t;
    select pg_backend_pid(); select pg_relation_filepath('t');\n`);
  await until('the session has a table', () => lines.length === 3);
  const [, backend, file] = lines;
  const pid = Number(backend);
  assert.equal(processOf(scan(), pid), undefined, 'clean before');
  await run([...psql, '-c', 'drop table t', '-c', 'checkpoint']);

  const path = join(data, file ?? '');
  assert.equal(existsSync(path), false, 'the checkpoint removes what the drop has emptied');
  const fds = processOf(scan(), pid)?.fds ?? [];
  assert.deepEqual(
    fds.map(({ path, role, access, state }) => ({ path, role, access, state })),
    [{ path, role: 'file', access: 'read_write', state: 'removed' }],
  );
  assert.deepEqual(ignoredOf(pid), [{ code: 'file_held', path }]);
});

test("MariaDB's temporary files without a name", async (t) => {
  if (!needs(t, 'mariadbd', 'another user', 'CAP_SYS_PTRACE')) return;
  const pid = await startMariadb(t, '/tmp');
  assert.deepEqual(ignoredOf(pid), []);
  const { fds } = hiddenBy('tmpfile', pid);
  assert.ok(fds > 0, 'hidden by a rule, and counted');
  const shown = ignoredOf(pid, '--no-default-rules').filter(({ path }) => path.startsWith('/tmp/'));
  assert.equal(shown.length, fds);
  for (const { code, path } of shown) assert.match(`${code} ${path}`, /^scratch_file \/tmp\/#[0-9]+$/);
});

test("MariaDB's /tmp/ib…, where the file system has no O_TMPFILE", async (t) => {
  if (!needs(t, 'mariadbd', 'strace', 'another user', 'CAP_SYS_PTRACE')) return;

  const refuse = ['-P', '/tmp', '-e', 'trace=openat', '-e', 'inject=openat:error=EOPNOTSUPP'];
  const pid = await startMariadb(t, '/tmp', ['strace', '-D', '-f', '-o', '/dev/null', ...refuse, '--']);
  const found = ignoredOf(pid);
  assert.ok(found.length > 0);
  for (const { code, path } of found) assert.match(`${code} ${path}`, /^scratch_file \/tmp\/ib[0-9A-Za-z]{6}$/);
});

const jna = '/usr/share/java/jna.jar';
const jnaNative = '/usr/lib/x86_64-linux-gnu/jni/libjnidispatch.system.so';
const jnaResource = 'com/sun/jna/linux-x86-64/libjnidispatch.so';

/**
 * A JVM in which JNA has unpacked its native part from a jar, loaded it and unlinked it. Debian takes the native part out of the
 * jar and loads it from a fixed place; here it is in a jar, as in JNA's own distribution.
 * Native's main prints its version and ends. Its standard output is a full pipe, which holds it there.
 */
async function startJvm(t: TestContext, folder: string, settings: readonly string[]): Promise<number> {
  const resource = join(folder, jnaResource);
  mkdirSync(join(resource, '..'), { recursive: true });
  copyFileSync(jnaNative, resource);
  const jar = join(folder, 'native.jar');
  await run(['sh', '-c', 'cd "$1" && "$2" -m zipfile -c "$3" com', 'sh', folder, python ?? '', jar]);
  const fullPipe = `
import os, sys
reader, writer = os.pipe()
os.set_blocking(writer, False)
try:
    while True: os.write(writer, b'x')
except BlockingIOError:
    os.set_blocking(writer, True)
os.set_inheritable(reader, True)
os.dup2(writer, 1)
os.execvp(sys.argv[1], sys.argv[1:])`;
  const hide = 'mount -t tmpfs none "$1" && shift && exec "$@"';
  const java = ['java', ...settings, '-cp', `${jna}:${jar}`, 'com.sun.jna.Native'];
  const without = ['unshare', '--mount', 'sh', '-c', hide, 'sh', join(jnaNative, '..')] as const;
  const { pid } = await start(t, [...without, python ?? '', '-c', fullPipe, ...java]);
  await untilMapped(pid, '.tmp (deleted)');
  return pid;
}

const jvm = ['java', 'libjna-java', 'python3', 'mounts'] as const;

test("a JVM with JNA's unlinked copy in its usual place", async (t) => {
  if (!needs(t, ...jvm)) return;
  const folder = workFolder(t);
  const pid = await startJvm(t, folder, [`-Duser.home=${folder}`]);
  assert.deepEqual(ignoredOf(pid), []);
  assert.equal(hiddenBy('jna', pid).maps, 1, 'hidden by a rule, and counted');
  const [shown] = ignoredOf(pid, '--no-default-rules').filter(({ path }) => path.startsWith(folder));
  assert.match(`${shown?.code} ${shown?.path}`, /^scratch_file .*\/\.cache\/JNA\/temp\/jna[0-9]+\.tmp$/);
});

test("a JVM with JNA's unlinked copy in a place of its service", async (t) => {
  if (!needs(t, ...jvm)) return;
  const folder = workFolder(t);
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  const pid = await startJvm(t, folder, [`-Djna.tmpdir=${temporary}`]);
  const [map, ...others] = processOf(scan(), pid)?.maps ?? [];
  assert.deepEqual(others, []);
  assert.deepEqual([map?.kind, map?.role, map?.state, map?.executable], ['library', 'scratch', 'removed', true]);
  const [found, ...more] = ignoredOf(pid);
  assert.deepEqual(more, []);
  assert.match(`${found?.code} ${found?.path}`, /^scratch_file .*\/tmp\/jna[0-9]+\.tmp$/);
});

test('a font cache that fc-cache has replaced', async (t) => {
  if (!needs(t, 'fc-cache', 'python3')) return;
  const folder = workFolder(t);
  const configuration = join(folder, 'fonts.conf');
  const cache = join(folder, 'cache');
  writeFileSync(configuration, `<fontconfig><dir>/usr/share/fonts</dir><cachedir>${cache}</cachedir></fontconfig>`);
  const env = { FONTCONFIG_FILE: configuration };
  const update = ['env', `FONTCONFIG_FILE=${configuration}`, 'fc-cache', '--really-force'];
  await run(update);
  const script =
    "import ctypes, time; ctypes.CDLL('libfontconfig.so.1').FcInit(); print('ready', flush=True); time.sleep(600)";
  const { pid } = await start(t, [python!, '-c', script], { env, ready: true });
  assert.deepEqual(ignoredOf(pid), [], 'clean before');
  await run(update);
  const found = ignoredOf(pid);
  assert.ok(found.length > 0);
  for (const { code, path } of found) {
    assert.equal(code, 'data_replaced');
    assert.ok(path.startsWith(`${cache}/`) && path.includes('.cache-'), path);
  }
});

test('a locale archive that was made anew', async (t) => {
  if (!needs(t, 'locales', 'localedef', 'mounts', 'python3')) return;
  const prefix = workFolder(t);
  const locales = join(prefix, 'usr/lib/locale');
  mkdirSync(locales, { recursive: true });
  // Does what locale-gen(8) does: removes the archive, then adds each language.
  const generate = async () => {
    rmSync(join(locales, 'locale-archive'), { force: true });
    await run(['localedef', '-i', 'de_DE', '-f', 'UTF-8', `--prefix=${prefix}`, 'de_DE.UTF-8']);
  };
  await generate();
  const script =
    "import locale, time; locale.setlocale(locale.LC_ALL, ''); print('ready', flush=True); time.sleep(600)";
  const place = 'mount --bind "$1" /usr/lib/locale && shift && exec "$@"';
  const within = ['unshare', '--mount', 'sh', '-c', place, 'sh', locales] as const;
  const env = { LC_ALL: 'de_DE.UTF-8' };
  const { pid } = await start(t, [...within, python!, '-c', script], { env, ready: true });
  assert.match(readFileSync(`/proc/${pid}/maps`, 'latin1'), /locale-archive$/m);
  assert.deepEqual(ignoredOf(pid), [], 'clean before');
  const { ino } = statSync(join(locales, 'locale-archive'));
  await generate();
  assert.notEqual(statSync(join(locales, 'locale-archive')).ino, ino);
  assert.deepEqual(ignoredOf(pid), [{ code: 'data_replaced', path: '/usr/lib/locale/locale-archive' }]);
});
