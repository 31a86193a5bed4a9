// The host's files as the rules for outdated programs see them: whatever stands at the path of a script, a look ends at once.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Views } from '../../src/procfs/views.ts';
import { hostFiles } from '../../src/scan/host-files.ts';
import { python, start, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';

function filesIn(t: TestContext) {
  const views = new Views();
  t.after(() => views.close());
  return { folder: workFolder(t), files: hostFiles(views) };
}

test('a birth moves with a new file, and not with a chmod, a chown or an edit', (t) => {
  if (!needs(t, 'no overlayfs')) return;
  const { folder, files } = filesIn(t);
  const path = join(folder, 'a.py');
  writeFileSync(path, 'first');
  const born = () => {
    const fresh = new Views();
    try {
      const file = hostFiles(fresh).find(path);
      assert.ok(typeof file !== 'string' && file.bornAt !== null, JSON.stringify(file));
      return [file.bornAt, file.modifiedAt] as const;
    } finally {
      fresh.close();
    }
  };
  const [first] = born();
  chmodSync(path, 0o700);
  lchownSync(path, process.getuid!(), process.getgid!());
  assert.equal(born()[0], first);
  writeFileSync(path, 'edited');
  utimesSync(path, 5, 5);
  assert.deepEqual(born(), [first, 5000]);
  spawnSync('sleep', ['0.05']);
  writeFileSync(`${path}.new`, 'second');
  renameSync(`${path}.new`, path);
  assert.ok(born()[0] > first);
  assert.equal(files.beginningOf(path, 3), 'sec');
});

test('a pipe, a folder, a socket or nothing in place of a script is not read', (t) => {
  const { folder, files } = filesIn(t);
  const pipe = join(folder, 'pipe');
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
  mkdirSync(join(folder, 'folder'));
  for (const name of ['pipe', 'folder']) {
    const file = files.find(join(folder, name));
    assert.ok(typeof file !== 'string' && !file.regular, name);
    assert.equal(files.beginningOf(join(folder, name), 256), null, name);
  }
  assert.equal(files.find(join(folder, 'none')), 'absent');
  assert.equal(files.beginningOf(join(folder, 'none'), 256), null);
  assert.equal(files.find('/dev/null/x'), 'absent');
  assert.equal(files.beginningOf('/dev/zero', 256), null);
});

test("another user's link is not followed, and root's is", (t) => {
  if (!needs(t, 'another user')) return;
  const { folder, files } = filesIn(t);
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'real'), '#!/bin/sh\n');
  symlinkSync('real', join(folder, 'own'));
  symlinkSync('/etc/shadow', join(folder, 'foreign'));
  lchownSync(join(folder, 'foreign'), 65534, 65534);
  const own = files.find(join(folder, 'own'));
  assert.equal(typeof own === 'string' ? own : own.path, join(folder, 'real'));
  const foreign = files.find(join(folder, 'foreign'));
  assert.ok(typeof foreign !== 'string' && !foreign.regular, JSON.stringify(foreign));
  assert.deepEqual(
    [files.linkAt(join(folder, 'own')), files.linkAt(join(folder, 'foreign'))],
    [join(folder, 'real'), null],
  );
  assert.equal(files.beginningOf(join(folder, 'foreign'), 256), null);
});

test('a file of configuration is read only if nobody but root could have written it', (t) => {
  if (!needs(t, 'another user')) return;
  const { files } = filesIn(t);
  // Anybody may write into the folder for temporary files.
  const folder = mkdtempSync('/var/lib/lib-users-test-');
  t.after(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  const at = (name: string) => join(folder, name);
  mkdirSync(at('conf.d'));
  writeFileSync(at('real'), 'a=1\n');
  symlinkSync('../real', at('conf.d/linked'));
  symlinkSync(at('real'), at('conf.d/foreign-link'));
  lchownSync(at('conf.d/foreign-link'), 65534, 65534);
  symlinkSync('/etc/passwd', at('conf.d/out'));
  writeFileSync(at('foreign'), 'a=1\n');
  lchownSync(at('foreign'), 65534, 65534);
  writeFileSync(at('long'), 'a'.repeat(1024 * 1024 + 1));
  assert.equal(spawnSync('mkfifo', [at('pipe')]).status, 0);
  mkdirSync(at('shared'));
  writeFileSync(at('shared/file'), 'a=1\n');
  chmodSync(at('shared'), 0o775);
  for (const [name, mode] of [
    ['of-a-group', 0o664],
    ['of-everybody', 0o646],
  ] as const) {
    writeFileSync(at(name), 'a=1\n');
    chmodSync(at(name), mode);
  }

  assert.equal(files.textOf(at('real')), 'a=1\n');
  assert.equal(files.textOf(at('conf.d/linked')), 'a=1\n');
  const refused = ['foreign', 'long', 'pipe', 'conf.d', 'none', 'shared/file', 'of-a-group', 'of-everybody'];
  for (const name of ['conf.d/foreign-link', 'conf.d/out', ...refused])
    assert.equal(files.textOf(at(name)), null, name);
  assert.deepEqual(files.namesIn(at('conf.d')), ['foreign-link', 'linked', 'out']);
  assert.equal(files.namesIn(at('shared')), null);
});

test('a lease on a script is not waited for', async (t) => {
  if (!needs(t, 'python3')) return;
  const { folder, files } = filesIn(t);
  const path = join(folder, 'leased');
  writeFileSync(path, '#!/bin/sh\n');
  const hold =
    'import fcntl,signal,sys,time; signal.signal(signal.SIGIO, signal.SIG_IGN); f=open(sys.argv[1],"r+"); fcntl.fcntl(f, fcntl.F_SETLEASE, fcntl.F_WRLCK); print("ready", flush=True); time.sleep(60)';
  await start(t, [python as string, '-c', hold, path], { ready: true });
  assert.equal(files.beginningOf(path, 256), null);
  assert.ok(typeof files.find(path) !== 'string');
});
