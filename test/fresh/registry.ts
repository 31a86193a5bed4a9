// The way in which npm of this machine reaches its registry, for a guest that shares the machine's network: settings, certificates
// and variables, from every place from which npm reads them. They are written only into the guest's memory.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Guest } from '../guest/guest.ts';

/** npm's settings that name the registry, the way to it and the user: `//HOST/:_authToken` is one of the last kind. */
const settings =
  /^(?:(?:@[^:]+:)?registry|\/\/.*|_auth|ca(?:\[\])?|cafile|cert|key|(?:https?-)?proxy|noproxy|strict-ssl)$/;
const variables =
  /^(?:(?:https?|no|all)_proxy|npm_config_(?:registry|cafile|(?:https_)?proxy|noproxy)|NODE_EXTRA_CA_CERTS)$/i;
const namesFile = /cafile|NODE_EXTRA_CA_CERTS/i;

type Setting = [name: string, value: string];

/** Debian's npm reads /etc/npmrc for everybody, and logins have what /etc/environment says. */
export async function shareRegistry(guest: Guest): Promise<void> {
  const lines = async (found: readonly Setting[]) => {
    const texts = found.map(async ([name, value]) => `${name}=${await placeIn(guest, name, value)}\n`);
    return (await Promise.all(texts)).join('');
  };
  await guest.writeFile('/etc/npmrc', await lines(npmSettings()));
  await guest.writeFile('/etc/environment', await lines(npmVariables()));
  // The registry's address may be there.
  await guest.copyIn('/etc/hosts', '/etc/hosts');
}

function npmSettings(): Setting[] {
  const folder = { cwd: '/', encoding: 'utf8' } as const;
  const files = ['globalconfig', 'userconfig'].map((name) => spawnSync('npm', ['config', 'get', name], folder).stdout);
  return files
    .map((path) => path.trim())
    .flatMap((path) => (existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []))
    .flatMap((line): Setting[] => {
      const [, name = '', value = ''] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      const written = value.replace(/\$\{(\w+)\}/g, (_, variable: string) => process.env[variable] ?? '');
      return settings.test(name) ? [[name, written]] : [];
    });
}

function npmVariables(): Setting[] {
  return Object.entries(process.env).flatMap(([name, value]): Setting[] =>
    variables.test(name) && value ? [[name, value]] : [],
  );
}

/** The value, or if it names a file, the path of that file's copy in the guest. */
async function placeIn(guest: Guest, name: string, value: string): Promise<string> {
  if (!namesFile.test(name) || !existsSync(value)) return value;
  const path = `/etc/ssl/of-${name.toLowerCase()}.pem`;
  await guest.copyIn(value, path);
  return path;
}
