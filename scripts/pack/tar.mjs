// The archive for hosts without a package manager of ours: everything in one folder.
import { join } from 'node:path';
import { root, sourceDate, version } from '../project.mjs';
import { run } from './run.mjs';
import { eachOf, layOut, papers } from './stage.mjs';

// Level 1: level 6 takes five times as long and saves a seventh. With two threads the blocks are the same on any machine.
const compression = ['-1', '-T2'];

/**
 * @param {import('./targets.mjs').Wanted} wanted
 * @returns {string} the name of the archive
 */
export function buildTar({ target, executable, licenses, stage, out }) {
  const top = `lib-users-${version}-linux-${target.name}`;
  layOut(join(stage, top), [
    { to: 'lib-users', from: executable, mode: 0o755 },
    { to: 'lib_users', link: 'lib-users' },
    { to: 'fd_users', link: 'lib-users' },
    ...papers(),
    { to: 'LICENSE', from: join(root, 'LICENSE') },
    { to: 'THIRD-PARTY-LICENSES', text: licenses },
    { to: 'config.example.yaml', from: join(root, 'docs/config.example.yaml') },
    ...eachOf('build/man', (name) => `man/${name}`),
    ...eachOf('build/completions', (name) => `completions/${name}`),
    ...eachOf('schema', (name) => `schema/${name}`),
    ...eachOf('packaging/systemd', (name) => `systemd/${name}`),
  ]);
  const tar = join(stage, `${top}.tar`);
  const sameEveryTime = ['--sort=name', '--format=gnu', '--owner=0', '--group=0', '--numeric-owner'];
  run('tar', ['-cf', tar, ...sameEveryTime, `--mtime=@${sourceDate()}`, '-C', stage, top]);
  run('xz', ['-f', ...compression, tar]);
  run('mv', [`${tar}.xz`, out]);
  return `${top}.tar.xz`;
}
