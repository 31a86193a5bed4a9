// The style and the script of the HTML pages -> constants of the program, with their hashes for the Content-Security-Policy of a page
// (CSP Level 3, 2.3.1). They are made here because a hash at run time would load a library at every start.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync, transformSync } from 'esbuild';

/** The browsers of 2022 and later know everything that the script and the style use. */
const browsers = ['chrome108', 'firefox108', 'safari16'];

/**
 * @param {string} root the folder of the project
 * @returns {Record<string, string>} by the name of the constant, its value as JSON
 */
export function pageAssets(root) {
  const folder = join(root, 'src/render/html');
  const options = /** @type {const} */ ({ minify: true, target: browsers, charset: 'utf8', legalComments: 'none' });
  const css = readFileSync(join(folder, 'page.css'), 'utf8');
  const style = transformSync(css, { ...options, loader: 'css' }).code.trim();
  const { outputFiles } = buildSync({
    ...options,
    entryPoints: [join(folder, 'client/page.ts')],
    bundle: true,
    format: 'iife',
    write: false,
  });
  const script = outputFiles?.[0]?.text.trim() ?? '';
  for (const text of [style, script]) {
    // Such a text would end the element that holds it, or begin a comment in it.
    if (text === '' || /<\/|<!--|<script/i.test(text))
      throw new Error('the style or the script cannot stand in a page');
  }
  return {
    __PAGE_STYLE__: JSON.stringify(style),
    __PAGE_STYLE_HASH__: JSON.stringify(hashOf(style)),
    __PAGE_SCRIPT__: JSON.stringify(script),
    __PAGE_SCRIPT_HASH__: JSON.stringify(hashOf(script)),
  };
}

/** @param {string} text */
function hashOf(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
