// What every scan runs, run while the executable is built: V8 keeps the compiled functions in the snapshot, and compiles
// nothing at a start. It is run on a host and a procfs that are made here, so that nothing of the machine that builds stays; of
// that machine it sees only what a scan looks up of itself in /proc/self, and it starts no threads, which a snapshot cannot hold.
const { mkdirSync, rmSync, symlinkSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { jsonFormats } = require('../../src/base-command.ts');
const { cliConfig } = require('../../src/cli-config.ts');
const { default: Scan } = require('../../src/commands/scan.ts');
const { loadFlaggedConfig, scanOptions } = require('../../src/commands/scan-flags.ts');
const { validateDocument } = require('../../src/documents/validate.ts');
const { scanHost } = require('../../src/scan.ts');
const report = require('../../test/fixtures/documents/report.json');

const mapped = (range, path) => `${range} r-xp 00000000 fd:01 4242                       ${path}\n`;
const idle = mapped('7f0000000000-7f0000001000', '/usr/lib/libidle.so.1').repeat(70);
const gone = mapped('7f0000001000-7f0000002000', '/usr/lib/libgone.so.1 (deleted)');
const processes = {
  1: { maps: idle, 'fd/0': '/dev/null' },
  2: { maps: idle + gone, 'fd/0': '/dev/null', 'fd/1': '/var/log/gone.log (deleted)' },
  3: { maps: '' },
};

/** Path -> content, or for a link its target. */
const tree = {
  'root/etc/machine-id': '0123456789abcdef0123456789abcdef\n',
  'root/etc/os-release': 'PRETTY_NAME="Some Linux 1"\nID=some\nVERSION_ID="1"\n',
  'root/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  'root/boot/vmlinuz-6.1.0-1-amd64': '',
  'root/boot/vmlinuz-6.1.0-2-amd64': '',
  'root/usr/lib/modules/6.1.0-1-amd64/modules.dep': '',
  'root/usr/lib/modules/6.1.0-2-amd64/modules.dep': '',
  'proc/self': '2',
  'proc/stat': 'cpu  1 2 3 4\nbtime 1700000000\n',
  'proc/uptime': '1000.00 1000.00\n',
  'proc/modules': 'loop 1 0 - Live 0x0\n',
  'proc/sys/kernel/hostname': 'host\n',
  'proc/sys/kernel/osrelease': '6.1.0-1-amd64\n',
  'proc/sys/kernel/random/boot_id': '00000000-0000-4000-8000-000000000000\n',
};
for (const [pid, files] of Object.entries(processes)) {
  const all = {
    ...files,
    comm: 'a\n',
    stat: `${pid} (a) S ${pid - 1} ${pid} ${pid} 0 -1 0 ${'0 '.repeat(11)}20 0 1 0 100 ${'0 '.repeat(30)}\n`,
    cgroup: '0::/system.slice/a.service\n',
    cmdline: '/usr/bin/a\0--b\0',
    'fdinfo/1': 'pos:\t0\nflags:\t0102001\nmnt_id:\t29\nino:\t4243\n',
    exe: '/usr/bin/a',
    root: '/',
    'ns/pid': 'pid:[1]',
    'ns/cgroup': 'cgroup:[2]',
    'ns/mnt': 'mnt:[3]',
  };
  for (const [name, content] of Object.entries(all)) tree[`proc/${pid}/${name}`] = content;
}
const links = /^proc\/(?:self|\d+\/(?:exe|root|fd\/.*|ns\/.*))$/;

function layOut(folder) {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, content] of Object.entries(tree)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (links.test(name)) symlinkSync(content, path);
    else writeFileSync(path, content);
  }
}

exports.warmUp = async (folder) => {
  layOut(folder);
  const argv = ['--format', 'json', '--no-config', '--no-systemctl', '--output', '/dev/null'];
  for (let round = 0; round < 3; round++) {
    const command = new Scan([...argv, '--proc', join(folder, 'proc')], cliConfig);
    const { flags } = await command.parse(Scan);
    command.begin(flags, jsonFormats);
    const options = scanOptions(flags, await loadFlaggedConfig(flags), command.now);
    const scanned = await scanHost({ ...options, root: join(folder, 'root') }, async () => null);
    await command.writeResult({ document: scanned, schema: 'report', formats: jsonFormats, incomplete: null }, flags);
    await validateDocument('report', report);
  }
};
