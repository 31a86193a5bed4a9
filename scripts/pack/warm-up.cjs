// What every scan runs, run once while the executable is built: V8 keeps the compiled functions in the snapshot, and compiles
// nothing at a start. Only what is the same on every machine may run here, so host facts are left out.
const { mkdirSync, rmSync, symlinkSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { cliConfig } = require('../../src/cli-config.ts');
const { default: Scan } = require('../../src/commands/scan.ts');
const { Inspector } = require('../../src/deleted/inspect.ts');
const { shippedRules } = require('../../src/deleted/rules.ts');
const { validateDocument } = require('../../src/documents/validate.ts');
const { parseCgroup } = require('../../src/procfs/cgroup.ts');
const { Views } = require('../../src/procfs/views.ts');
const { renderJson } = require('../../src/render/json.ts');
const { attributeProcess } = require('../../src/systemd/attribute.ts');
const report = require('../../test/fixtures/documents/report.json');

const mapped = (range, path) => `${range} r-xp 00000000 fd:01 4242                       ${path}\n`;
const idle = mapped('7f0000000000-7f0000001000', '/usr/lib/libidle.so.1').repeat(70);
const gone = mapped('7f0000001000-7f0000002000', '/usr/lib/libgone.so.1 (deleted)');
const processes = {
  1: { maps: idle, 'fd/0': '/dev/null' },
  2: { maps: idle + gone, 'fd/0': '/dev/null', 'fd/1': '/var/log/gone.log (deleted)' },
  3: { maps: '' },
};
const links = /^(?:exe|root|fd\/|ns\/)/;

function layOut(folder) {
  rmSync(folder, { recursive: true, force: true });
  for (const [pid, files] of Object.entries(processes)) {
    const all = {
      ...files,
      stat: `${pid} (a) S 1 ${pid} ${pid} 0 -1 0 ${'0 '.repeat(11)}20 0 1 0 100 ${'0 '.repeat(30)}\n`,
      status: 'Name:\ta\nUid:\t0\t0\t0\t0\n',
      cgroup: '0::/system.slice/a.service\n',
      cmdline: '/usr/bin/a\0--b\0',
      'fdinfo/1': 'pos:\t0\nflags:\t0102001\nmnt_id:\t29\nino:\t4243\n',
      exe: '/usr/bin/a',
      root: '/',
      'ns/pid': 'pid:[1]',
      'ns/cgroup': 'cgroup:[2]',
      'ns/mnt': 'mnt:[3]',
    };
    for (const [name, content] of Object.entries(all)) {
      const path = join(folder, pid, name);
      mkdirSync(dirname(path), { recursive: true });
      if (links.test(name)) symlinkSync(content, path);
      else writeFileSync(path, content);
    }
  }
}

exports.warmUp = async (folder) => {
  layOut(folder);
  const include = { maps: true, fds: true };
  const task = { procPath: folder, include, rules: shippedRules, bootedAtNs: 0n, clockTicksPerSecond: 100 };
  for (let round = 0; round < 3; round++) {
    const views = new Views();
    const inspector = new Inspector(task, views);
    for (const pid of Object.keys(processes)) {
      const { affected } = inspector.inspect(Number(pid));
      if (affected) attributeProcess(parseCgroup(affected.identity.cgroup), affected.identity.namespaces, {});
    }
    views.close();
    const command = new Scan(['--format', 'json', '--no-config'], cliConfig);
    await command.parse(Scan);
    await validateDocument('report', report);
    renderJson(report);
  }
};
