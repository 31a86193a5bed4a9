// The entry of the standalone executable. Node runs this file once, while the executable is built, and keeps the heap: what
// is loaded here costs no start anything. The program itself begins in the main function, on the host.
const os = require('node:os');
const { startupSnapshot } = require('node:v8');

/** Nothing of the machine that builds may be remembered: whoever asks for it while modules load ends the build. */
function seal() {
  // A function and no arrow: `new Date()` calls it too.
  const forbid = (what) =>
    function refuse() {
      throw new Error(`${what} is read while modules load: the snapshot would remember the machine that built it`);
    };
  const trap = (what, target) =>
    new Proxy(target, { get: forbid(what), has: forbid(what), ownKeys: forbid(what), construct: forbid(what) });
  // What it makes of constants is the same everywhere.
  const clockless = Object.assign(forbid('Date'), { parse: Date.parse, UTC: Date.UTC, now: forbid('Date.now()') });
  const sealed = [
    [globalThis, 'Date', clockless],
    [globalThis, 'performance', trap('performance', {})],
    ...['env', 'argv', 'stdin', 'stdout', 'stderr'].map((name) => [process, name, trap(`process.${name}`, {})]),
    ...['cwd', 'hrtime', 'uptime', 'getuid', 'geteuid', 'getgid', 'umask'].map((name) => [
      process,
      name,
      forbid(`process.${name}()`),
    ]),
    ...['homedir', 'hostname', 'userInfo', 'tmpdir', 'release', 'cpus', 'availableParallelism'].map((name) => [
      os,
      name,
      forbid(`os.${name}()`),
    ]),
  ];
  const before = sealed.map(([owner, name]) => [owner, name, Object.getOwnPropertyDescriptor(owner, name)]);
  for (const [owner, name, value] of sealed) Object.defineProperty(owner, name, { value, configurable: true });
  return () => {
    for (const [owner, name, descriptor] of before) {
      delete owner[name];
      if (descriptor) Object.defineProperty(owner, name, descriptor);
    }
  };
}

const unseal = seal();
require('../../src/base-command.ts');
require('../../src/cli-config.ts');
require('../../src/commands.ts');
require('../../src/commands/scan.ts');
require('../../src/documents/generated/validate-report.js');
require('../../src/nearest.ts');
unseal();
const { warmUp } = require('./warm-up.cjs');
warmUp('build/stage/warm-up').then(() => {
  // Node sets these anew on every start, and they would be others in every build.
  delete process.pid;
  process.execPath = '';
  process.argv.length = 0;
});
startupSnapshot.setDeserializeMainFunction(() => require('../../src/main.ts'));
