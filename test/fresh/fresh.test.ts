// README's two commands, as they stand there, in a clone of the last commit on a Debian 13 that has nothing but Debian's own
// Node, npm and git: as root, as an ordinary person, and as root with what a container engine leaves of root.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { guestObstacle } from '../guest/base.ts';
import { bootGuest, type Guest } from '../guest/guest.ts';
import { run } from '../guest/run.ts';
import { projectRoot } from '../support/project.ts';
import { skip } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { shareRegistry } from './registry.ts';

/** The commands of README that begin with npm, as they stand in their code blocks. */
function readCommands(): string[] {
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
  const [, section = ''] = /^## Two commands$(.*?)^## /ms.exec(readme) ?? [];
  return [...section.matchAll(/^ {4}(npm .*)$/gm)].map(([, command]) => command ?? '');
}

// nspawn's capabilities without these are those that Docker and Podman give: capabilities(7), `docker run --cap-add`.
const notInContainers = [
  ...['AUDIT_CONTROL', 'DAC_READ_SEARCH', 'IPC_OWNER', 'LEASE', 'LINUX_IMMUTABLE', 'NET_BROADCAST'],
  ...['SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE', 'SYS_PTRACE', 'SYS_RESOURCE', 'SYS_TTY_CONFIG'],
].map((name) => `CAP_${name}`);

const guests: { what: string; users: string[]; nspawn: string[] }[] = [
  { what: 'a fresh machine', users: ['root', 'alice'], nspawn: [] },
  {
    what: 'a fresh container',
    users: ['root'],
    nspawn: ['--no-new-privileges=yes', `--drop-capability=${notInContainers.join(',')}`],
  },
];
const minutes = 60_000;

test('there are two commands', () => assert.equal(readCommands().length, 2));
for (const { what, users, nspawn } of guests) {
  test(what, async (t) => {
    const obstacle = guestObstacle();
    if (obstacle !== null) return skip(t, obstacle);
    const clone = temporaryFolder(t);
    await run(['git', 'clone', '--quiet', '--depth=1', `file://${projectRoot}`, clone]);
    const guest = await bootGuest(t, { release: 'fresh', cgroup: 'unified', nspawn });
    await shareRegistry(guest);
    for (const user of users) {
      await layIn(guest, clone, user);
      for (const command of readCommands()) {
        await t.test(`${user}: ${command}`, async () => {
          const began = Date.now();
          const argv = ['su', '--login', user, '--command', `cd lib-users && ${command}`];
          const { status, stdout, stderr } = await guest.exec(argv, { check: false, timeout: 15 * minutes });
          const output = stdout + stderr;
          assert.equal(status, 0, output);
          assert.doesNotMatch(output, /^npm warn/im);
          const counts = [...stdout.matchAll(/^# ((?:pass|fail|skipped) [0-9]+)$/gm)].map(([, count]) => count);
          if (command.includes('npm test')) assert.match(counts.join(', '), /^pass [0-9]{4,}, fail 0, skipped [0-9]+$/);
          console.log(
            `${what}, ${user}: ${command}: ${Math.round((Date.now() - began) / 1000)} s ${counts.join(', ')}`,
          );
        });
      }
    }
  });
}

/** Puts the clone into the user's home folder, as its owner. */
async function layIn(guest: Guest, clone: string, user: string): Promise<void> {
  const tar = await run(['sh', '-c', 'tar -C "$1" -cz . | base64', 'sh', clone]);
  const script = 'mkdir lib-users && base64 -d | tar -C lib-users --no-same-owner -xz';
  await guest.enter(['su', '--login', user, '--command', script], { input: tar.stdout });
}
