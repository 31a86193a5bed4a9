// Bun links more than its own code -> the list of those parts, from bundled-by-bun.json (Bun's LICENSE.md and scripts/build/deps/)
// and the versions that the pinned Bun itself gives. A version that nothing gives stays unknown.
import { readFileSync } from 'node:fs';
import { fetchBun } from './bun.mjs';
import { run } from './run.mjs';
import { hostTarget } from './targets.mjs';

/**
 * @typedef {{ key: string, name: string, license: string, source?: string, path?: string, npm?: boolean, cpe?: string,
 *   data?: boolean }} Linked
 * @type {{ linked: Linked[], notLinked: Record<string, string> }}
 */
const { linked, notLinked } = JSON.parse(readFileSync(new URL('bundled-by-bun.json', import.meta.url), 'utf8'));

/** @returns {Record<string, string>} process.versions of the pinned Bun: the same for every target, so this machine's is asked */
export function pinnedVersions() {
  const printed = run(fetchBun(hostTarget()), ['-p', 'JSON.stringify(process.versions)'], { cwd: '/', env: {} });
  return JSON.parse(printed);
}

/**
 * @typedef {{ name: string, version: string | null, license: string, source: string | null, purl: string, cpe: string | null,
 *   data: boolean }} Part `source` is the address of exactly this source, if that is known
 */

/**
 * @param {Record<string, string>} versions nothing, if the Bun is not the pinned one
 * @returns {Part[]} JavaScriptCore first
 */
export function linkedByBun(versions) {
  const keys = new Set(linked.map(({ key }) => key));
  const unknown = Object.keys(versions).filter((key) => !keys.has(key) && !(key in notLinked));
  if (unknown.length) {
    const where = 'scripts/pack/bundled-by-bun.json';
    throw new Error(
      `Bun names something new in process.versions: ${unknown.join(', ')}; look it up, and add it to ${where}, ` +
        'to "linked" with its licence or to "notLinked" with the reason',
    );
  }
  return linked.map(({ key, name, license, source, path, npm, cpe, data }) => {
    const version = versions[key] ?? null;
    const at = version === null ? '' : `@${encodeURIComponent(version)}`;
    const inside = path ? `#${path}` : '';
    const kind = npm ? 'npm' : source ? 'github' : 'generic';
    return {
      name,
      version,
      license,
      source: source ? `https://github.com/${source}${sourcePath(version, path)}` : null,
      purl: `pkg:${kind}/${(source ?? name).toLowerCase()}${at}${inside}`,
      cpe: cpe && version !== null ? `cpe:2.3:a:${cpe}:${version}:*:*:*:*:*:*:*` : null,
      data: data === true,
    };
  });
}

/**
 * @param {string | null} version
 * @param {string | undefined} path
 */
function sourcePath(version, path) {
  if (version === null && path === undefined) return '';
  return ['/tree', version ?? 'HEAD', ...(path ? [path] : [])].join('/');
}
