// An RPM package, by rpmbuild, which finds out itself which libraries the executable needs.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, sourceDate, version } from '../project.mjs';
import { run } from './run.mjs';
import { layOut } from './stage.mjs';
import { systemEntries } from './system.mjs';

const architectures = { x64: 'x86_64', arm64: 'aarch64' };

/**
 * @param {import('./targets.mjs').Wanted} wanted
 * @returns {string} the name of the package
 */
export function buildRpm({ target, executable, licenses, stage, out }) {
  const architecture = architectures[target.machine];
  const tree = join(stage, 'rpm');
  layOut(tree, [
    ...systemEntries({ executable, zshFolder: 'usr/share/zsh/site-functions' }),
    { to: 'usr/share/licenses/lib-users/LICENSE', from: join(root, 'LICENSE') },
    { to: 'usr/share/licenses/lib-users/THIRD-PARTY-LICENSES', text: licenses },
  ]);
  // rpmbuild finds no file below a folder whose name has a space in it, and this project's may have one.
  const top = mkdtempSync(join(tmpdir(), 'lib-users-rpm-'));
  const macros = {
    _topdir: top,
    app_version: version,
    tree,
    // Debian's rpm has other folders of its own; zstd is what the distributions of today use.
    _prefix: '/usr',
    _binary_payload: 'w10.zstdio',
    _buildhost: 'reproducible',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
  };
  const defines = Object.entries(macros).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  const spec = join(root, 'packaging/rpm/lib-users.spec');
  const name = `lib-users-${version}-1.${architecture}.rpm`;
  try {
    run('rpmbuild', ['-bb', '--quiet', '--target', `${architecture}-linux`, ...defines, spec], {
      env: { ...process.env, SOURCE_DATE_EPOCH: String(sourceDate()), LC_ALL: 'C' },
    });
    copyFileSync(join(top, 'RPMS', architecture, name), join(out, name));
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
  return name;
}
