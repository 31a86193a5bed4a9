// The command of a service that runs PHP-FPM, or Apache with PHP in it, and root's configuration files -> the settings of PHP that say
// whether it looks at its scripts once more. php-fpm(8); https://www.php.net/manual/en/opcache.configuration.php. Tried on 8.2 and 8.4.

import type { StartCommand } from '../systemd/unit-start.ts';
import { isApache } from './interpreters.ts';
import type { HostFiles } from './on-host.ts';
import { PhpFiles, type PhpValues, putInto, specialSection } from './php-files.ts';
import { type IniEntry, isOn, parseIni } from './php-ini.ts';
import { birthToleranceMs } from './reborn.ts';

export interface PhpSettings {
  /** Settings of the whole process: php.ini, then the files of conf.d, then the command. */
  base: PhpValues;
  /** The settings that scripts run with: one for each pool of PHP-FPM, and for each section of php.ini for a folder or host. */
  scopes: readonly PhpValues[];
  /** Whether the opcache is loaded; null if the configuration does not say. */
  hasOpcache: boolean | null;
  /** When one of the files was made, changed or removed last, in milliseconds since the epoch. */
  changedAt: number;
}

interface Places {
  ini: string;
  /** The file that PHP reads in place of php.ini if it is there: php-SAPI.ini. */
  own: string;
  /** The folder of further .ini files, which are read in the order of their bytes. */
  folder: string;
  /** php-fpm.conf. */
  pools: string;
  /** The folders that change if one of the files is removed, or another module is loaded, and hardly for anything else. */
  telling: readonly string[];
}

const modules = '/etc/apache2/mods-enabled';

/** Whether a Debian's Apache that began then may have PHP in it. */
export function mayHavePhp(beganAt: number | null, files: HostFiles): boolean {
  const folder = files.find(modules);
  if (folder === 'absent' || files.find('/etc/php') === 'absent') return false;
  const isSame = folder !== 'unknown' && beganAt !== null && folder.modifiedAt <= beganAt + birthToleranceMs;
  return !isSame || versionsInApache(files)?.length !== 0;
}

/** The versions of PHP that Debian's Apache loads when it starts now; null if nobody knows. */
function versionsInApache(files: HostFiles): string[] | null {
  return files.namesIn(modules)?.flatMap((name) => /^php([0-9.]+)\.load$/.exec(name)?.[1] ?? []) ?? null;
}

/** The version in the name of Debian's PHP-FPM; null if the name has none. */
function versionOf(program: string): string | null {
  return /[0-9]+\.[0-9]+$/.exec(program)?.[0] ?? null;
}

/** The places that are built into the PHP-FPM of Debian and its kin, of Fedora and its kin, and of Arch. */
function placesOfFpm(program: string, version: string | null, files: HostFiles): Places | null {
  if (!/^\/usr\/s?bin\/php-fpm(?:[0-9]+\.[0-9]+)?$/.test(program)) return null;
  if (version !== null) return placesOfDebian(version, 'fpm');
  return others.find(({ ini }) => files.find(ini) !== 'absent') ?? null;
}

const others: readonly Places[] = [
  {
    ini: '/etc/php.ini',
    own: '/etc/php-fpm-fcgi.ini',
    folder: '/etc/php.d',
    pools: '/etc/php-fpm.conf',
    telling: [],
  },
  {
    ini: '/etc/php/php.ini',
    own: '/etc/php/php-fpm-fcgi.ini',
    folder: '/etc/php/conf.d',
    pools: '/etc/php/php-fpm.conf',
    telling: ['/etc/php'],
  },
];

const sapis = { fpm: 'fpm-fcgi', apache2: 'apache2handler' };

function placesOfDebian(version: string, part: keyof typeof sapis): Places {
  const folder = `/etc/php/${version}/${part}`;
  return {
    ini: `${folder}/php.ini`,
    own: `${folder}/php-${sapis[part]}.ini`,
    folder: `${folder}/conf.d`,
    pools: `${folder}/php-fpm.conf`,
    telling: [folder],
  };
}

/** Returns null if the settings are not known. Settings in requests, in .user.ini and in Apache's own files are not looked for. */
export function readPhpSettings(command: StartCommand, program: string, files: HostFiles): PhpSettings | null {
  if (/(?:^|[ "'])PHP(?:RC|_INI_SCAN_DIR)=/.test(command.environment) || command.hasEnvironmentFiles) return null;
  if (isApache(program)) {
    const [version, ...more] = versionsInApache(files) ?? [];
    if (version === undefined || more.length > 0) return null;
    const places = placesOfDebian(version, 'apache2');
    return readAll({ ...places, telling: [...places.telling, modules] }, version, null, files);
  }
  const version = versionOf(program);
  const places = placesOfFpm(program, version, files);
  const options = command.isWhole ? parseOptions(command.words) : null;
  return places === null || options === null ? null : readAll(places, version, options, files);
}

/** @param options null for a program without pools */
function readAll(
  places: Places,
  version: string | null,
  options: Options | null,
  hostFiles: HostFiles,
): PhpSettings | null {
  const files = new PhpFiles(hostFiles);
  if (hostFiles.find(places.own) !== 'absent') return null;
  for (const each of places.telling) files.note(each);
  const entries = options?.withoutIni ? [] : files.readIni(places.ini, places.folder);
  const pools = options === null ? [new Map()] : files.readPools(options.pools ?? places.pools);
  if (entries === null || pools === null) return null;
  const base = new Map<string, string | null>();
  const sections = new Map<string, Map<string, string | null>>();
  const all = [...entries, ...(options?.entries ?? [])];
  for (const { section, key, value } of all) {
    if (specialSection.test(section)) putInto(sections, section, key, value);
    else base.set(key, value);
  }
  const loads = all.some(({ key, value }) => key === 'zend_extension' && (value === null || value.includes('opcache')));
  return {
    base,
    scopes: pools.flatMap((pool) => [pool, ...[...sections.values()].map((each) => new Map([...pool, ...each]))]),
    hasOpcache: loads || hasOpcacheBuiltIn(version),
    changedAt: files.changedAt,
  };
}

/** Since 8.5 the opcache is a part of PHP. Returns null if the version is not known. */
function hasOpcacheBuiltIn(version: string | null): boolean | null {
  if (version === null) return null;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 8 || (major === 8 && minor >= 5);
}

interface Options {
  pools: string | null;
  withoutIni: boolean;
  entries: IniEntry[];
}

const withoutEffect = /^(?:-[FDORe]|--(?:nodaemonize|daemonize|force-stderr|allow-to-run-as-root))$/;

/** Returns null for an option that gives PHP other files, or that we do not know. */
function parseOptions(words: readonly string[]): Options | null {
  const options: Options = { pools: null, withoutIni: false, entries: [] };
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (withoutEffect.test(word)) continue;
    const [, option, joined] = /^(-[yd]|--(?:fpm-config|define)|-n|--no-php-ini)(?:=?(.+))?$/.exec(word) ?? [];
    if (option === undefined) return null;
    if (option === '-n' || option === '--no-php-ini') {
      if (joined !== undefined) return null;
      options.withoutIni = true;
      continue;
    }
    const value = joined ?? words[++at];
    if (value === undefined) return null;
    if (option === '-y' || option === '--fpm-config') options.pools = value;
    else {
      const entries = parseIni(value.includes('=') ? value : `${value}=1`);
      if (entries === null) return null;
      options.entries.push(...entries);
    }
  }
  return options;
}

/** PHP that looks less often than once in so many seconds is as good as one that does not look. */
const rarely = 60;

/** Whether PHP runs scripts that it has read before, although they are others now; null if that is not known. */
export function keepsScripts({ base, scopes, hasOpcache }: PhpSettings): boolean | null {
  if (hasOpcache === false || isSet(base, 'opcache.enable', true) === false) return false;
  const all = scopes.map((scope) => scopeKeeps(new Map([...base, ...scope])));
  return all.includes(true) ? true : all.includes(null) ? null : false;
}

function scopeKeeps(values: PhpValues): boolean | null {
  const isEnabled = isSet(values, 'opcache.enable', true);
  const looks = isSet(values, 'opcache.validate_timestamps', true);
  if (isEnabled === false) return false;
  const seconds = secondsOf(values.get('opcache.revalidate_freq'));
  const keeps = looks === null ? null : !looks || (seconds === null ? null : seconds > rarely);
  return keeps && isEnabled === null ? null : keeps;
}

const words: ReadonlyMap<string, number> = new Map([
  ...['', 'off', 'no', 'false', 'none'].map((word) => [word, 0] as const),
  ...['on', 'yes', 'true'].map((word) => [word, 1] as const),
]);
const multiples: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** A number as PHP's settings have it: 2, 1k, off. Returns null for anything else, and for what is not plain. */
function secondsOf(value: string | null | undefined): number | null {
  if (value === undefined) return 2;
  if (value === null) return null;
  const text = value.toLowerCase();
  const [, digits, unit = ''] = /^([0-9]+)([kmg]?)$/.exec(text) ?? [];
  return digits === undefined ? (words.get(text) ?? null) : Number(digits) * multiples[unit]!;
}

function isSet(values: PhpValues, key: string, otherwise: boolean): boolean | null {
  const value = values.get(key);
  return value === undefined ? otherwise : value === null ? null : isOn(value);
}

/** The script that PHP loads when it starts, and keeps; '' if there is none, null if it is not known. */
export function preloadedScript({ base, hasOpcache }: PhpSettings): string | null {
  const path = base.get('opcache.preload');
  if (path === undefined || path === '' || hasOpcache === false) return '';
  const isEnabled = isSet(base, 'opcache.enable', true);
  if (isEnabled === false) return '';
  return isEnabled && hasOpcache && path?.startsWith('/') ? path : null;
}
