// `npm run audit`: asks the registry for the signatures of the installed packages, and for advisories about them. A package with a
// wrong or missing signature, or an advisory about a bundled package, ends it with 1. If the registry does not answer, that is said,
// with npm's reason; --require makes it an error.
import { spawnSync } from 'node:child_process';
import { bundle } from './build/bundle.mjs';
import { bundledPackages } from './pack/licenses.mjs';
import { root } from './project.mjs';

const required = process.argv.includes('--require');
let failed = false;

/**
 * @param {string} what for the message
 * @param {string[]} args
 * @param {string} key that the answer has
 * @returns npm's answer, which is JSON, or null if npm could not ask the registry
 */
function ask(what, args, key) {
  const options = ['--json', '--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=20000'];
  const { stdout, stderr, error } = spawnSync('npm', [...args, ...options], { cwd: root, encoding: 'utf8' });
  let answer = null;
  try {
    answer = JSON.parse(stdout);
  } catch {}
  if (answer?.[key] !== undefined) return answer;
  const reason = answer?.message ?? answer?.error?.summary ?? error?.message ?? stderr.trim().split('\n')[0];
  console.error(`audit: ${what} NOT CHECKED, the registry did not answer: ${reason}`);
  failed ||= required;
  return null;
}

const signatures = ask('signatures were', ['audit', 'signatures'], 'invalid');
if (signatures !== null) {
  /** @type {(kind: string) => { name: string, version: string }[]} */
  const listed = (kind) => signatures[kind] ?? [];
  const unsigned = ['invalid', 'missing'].flatMap((kind) =>
    listed(kind).map(({ name, version }) => `${name} ${version}: the signature is ${kind}`),
  );
  for (const problem of unsigned) console.error(`audit: ${problem}`);
  if (unsigned.length === 0) console.log('audit: the registry has signed what is installed');
  failed ||= unsigned.length > 0;
}

const advisories = ask('advisories were', ['audit'], 'vulnerabilities');
if (advisories !== null) {
  const bundled = new Set(bundledPackages((await bundle()).metafile).map(({ name }) => name));
  /** @type {{ name: string, severity: string, range: string }[]} */
  const found = Object.values(advisories.vulnerabilities ?? {});
  for (const { name, severity, range } of found) {
    console.error(`audit: ${name} ${range}: ${severity}${bundled.has(name) ? '' : ', not in the bundle'}`);
    failed ||= bundled.has(name);
  }
  if (found.length === 0) console.log('audit: no advisory is about what is installed');
}
if (failed) process.exitCode = 1;
