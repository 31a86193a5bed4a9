// The main process of PHP-FPM, or of Apache with PHP in it, and its settings -> what is outdated in it, or why nobody can say. By default
// PHP looks every two seconds whether a script has another time, and nothing is outdated. It does not look at the script that it loads when
// it starts (opcache.preload) and at those that this script loads, and at no script if opcache.validate_timestamps is off: then nobody knows
// which scripts it has read, so that nothing is said of them.

import type { StartCommand, UnitStart } from '../systemd/unit-start.ts';
import { isApache } from './interpreters.ts';
import type { MainProcess } from './main-process.ts';
import type { HostFiles } from './on-host.ts';
import { keepsScripts, preloadedScript, readPhpSettings } from './php-settings.ts';
import { birthToleranceMs, judgeScript, type Reborn } from './reborn.ts';

type Unjudged = 'not_its_script' | 'settings_unknown' | 'opcache_frozen' | 'no_birth' | 'unreadable' | 'reloaded';

export function judgePhp(
  main: MainProcess,
  { command, changedAt }: Pick<UnitStart, 'changedAt'> & { command: StartCommand },
  files: HostFiles,
  monotonicZero: number,
): Reborn | { unjudged: Unjudged } | null {
  const { program, beganAt, oldestForkAt } = main;
  if (beganAt === null) return { unjudged: 'no_birth' };
  const file = files.find(command.path);
  // Apache is started by a script.
  if (!isApache(program) && (typeof file === 'string' || file.path !== program)) return { unjudged: 'not_its_script' };
  const settings = readPhpSettings(command, program, files);
  // PHP reads them when it starts, and in a reload.
  if (settings === null || settings.changedAt > beganAt + birthToleranceMs) return { unjudged: 'settings_unknown' };
  const keeps = keepsScripts(settings);
  const path = preloadedScript(settings);
  if (keeps === null || path === null) return { unjudged: 'settings_unknown' };
  const frozen = { unjudged: 'opcache_frozen' } as const;
  if (path === '') return keeps ? frozen : null;
  // Old forks of Apache go on after a reload, so that they prove nothing.
  if (isApache(program)) return frozen;
  const script = files.find(path);
  if (typeof script === 'string' || !script.regular) return { unjudged: 'unreadable' };
  if (script.bornAt === null) return { unjudged: 'no_birth' };
  const reborn = judgeScript({ language: 'php', file: script }, beganAt);
  // The scripts that this one has loaded are kept as well, and nobody can see which they are.
  if (reborn === null) return frozen;
  // A reload (SIGUSR2) ends all forks, and then the main process executes itself anew. So a fork that is older than the script is
  // proof that it did not do so since.
  const since = reborn.since - birthToleranceMs;
  const isReloaded = changedAt !== null && monotonicZero + changedAt > since;
  if (isReloaded || oldestForkAt === null || oldestForkAt > since) return { unjudged: 'reloaded' };
  return { ...reborn, isShared: true, otherwise: frozen.unjudged };
}
