// README's two commands, as they stand there, in a clone of the last commit on a Debian 13 that has nothing but Debian's own
// Node, npm and git: as root, as an ordinary person, and as root with the capabilities that a container engine leaves. With
// FRESH_NODES=1 also as an ordinary person who has another Node: the versions of `otherNodes`, five minutes for each.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { guestObstacle } from '../guest/base.ts';
import { bootGuest, type Guest } from '../guest/guest.ts';
import { run } from '../guest/run.ts';
import { projectRoot } from '../support/project.ts';
import { skip } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { fetchNode, type OtherNode } from './other-node.ts';
import { shareRegistry } from './registry.ts';

/** The commands of README that begin with npm, as they stand in their code blocks. */
function readCommands(): string[] {
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
  const [, section = ''] = /^## From a clone, in two commands$(.*?)^## /ms.exec(readme) ?? [];
  return [...section.matchAll(/^ {4}(npm .*)$/gm)].map(([, command]) => command ?? '');
}

// nspawn's capabilities without these are those that Docker and Podman give: capabilities(7), `docker run --cap-add`.
const notInContainers = [
  ...['AUDIT_CONTROL', 'DAC_READ_SEARCH', 'IPC_OWNER', 'LEASE', 'LINUX_IMMUTABLE', 'NET_BROADCAST'],
  ...['SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE', 'SYS_PTRACE', 'SYS_RESOURCE', 'SYS_TTY_CONFIG'],
].map((name) => `CAP_${name}`);

interface Round {
  what: string;
  release: 'fresh' | 'bookworm';
  users: string[];
  nspawn?: string[];
  /** null for Debian's own. */
  node?: OtherNode | null;
}

const rounds: Round[] = [
  { what: 'a fresh machine', release: 'fresh', users: ['root', 'alice'] },
  {
    what: 'a fresh container',
    release: 'fresh',
    users: ['root'],
    nspawn: ['--no-new-privileges=yes', `--drop-capability=${notInContainers.join(',')}`],
  },
];
const otherNodes: [release: Round['release'], node: OtherNode][] = [
  ['bookworm', { node: '20', npm: '10' }],
  ['fresh', { node: '22', npm: '10' }],
  ['fresh', { node: '24', npm: '11' }],
  ['fresh', { node: '26', npm: '11' }],
];
if (process.env.FRESH_NODES) {
  for (const [release, node] of otherNodes) {
    rounds.push({ what: `Node ${node.node} and npm ${node.npm} on ${release}`, release, users: ['alice'], node });
  }
}
const otherPlace = '/opt/other';
const minutes = 60_000;

test('there are two commands', () => assert.equal(readCommands().length, 2));
for (const { what, release, users, nspawn = [], node = null } of rounds) {
  test(what, async (t) => {
    const obstacle = guestObstacle();
    if (obstacle !== null) return skip(t, obstacle);
    const clone = temporaryFolder(t);
    await run(['git', 'clone', '--quiet', '--depth=1', `file://${projectRoot}`, clone]);
    const shared = node === null ? [] : [`--bind-ro=${fetchNode(t, node, otherPlace)}:${otherPlace}`];
    const guest = await bootGuest(t, { release, cgroup: 'unified', nspawn: [...nspawn, ...shared] });
    await shareRegistry(guest);
    if (node !== null) await layLibrariesIn(guest);
    const path = node === null ? '' : `PATH=${otherPlace}/bin:$PATH; `;
    for (const user of users) {
      await layIn(guest, clone, user);
      for (const command of readCommands()) {
        await t.test(`${user}: ${command}`, async () => {
          const began = Date.now();
          const argv = ['su', '--login', user, '--command', `${path}cd lib-users && ${command}`];
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

/** Node 26 links libatomic, which a package of Node would bring along. */
async function layLibrariesIn(guest: Guest): Promise<void> {
  const { stdout } = await run(['sh', '-c', 'realpath /usr/lib/*-linux-gnu/libatomic.so.1']);
  const folder = dirname(stdout.trim());
  await guest.copyIn(stdout.trim(), join(folder, 'libatomic.so.1'), 0o755);
}

/** Puts the clone into the user's home folder, as its owner. */
async function layIn(guest: Guest, clone: string, user: string): Promise<void> {
  const tar = await run(['sh', '-c', 'tar -C "$1" -cz . | base64', 'sh', clone]);
  const script = 'mkdir lib-users && base64 -d | tar -C lib-users --no-same-owner -xz';
  await guest.enter(['su', '--login', user, '--command', script], { input: tar.stdout });
}
