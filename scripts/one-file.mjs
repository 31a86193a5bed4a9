// esbuild's code splitting -> the one file: launcher.cjs and, below it, the parts that it compiles, as comments.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { transformSync } from 'esbuild';

// What every scan loads; what these import statically comes with them.
const scanEntries = ['src/main.ts', 'src/commands/scan.ts', 'src/documents/generated/validate-report.js'];

/**
 * @param outputs of a build with splitting, format esm and metafile
 * @returns the text of the one file, in ASCII
 */
export function joinChunks({ outputFiles, metafile }, options) {
  const functions = new Map();
  for (const { path, text } of outputFiles) {
    const { code } = transformSync(text, { ...options, format: 'cjs', minify: true, charset: 'ascii' });
    // Bare names: `./chunk-X.js` in one chunk is the same chunk as in every other.
    functions.set(`./${posix.basename(path)}`, `(function (exports, require, module) {${code.trim()}\n})`);
  }
  const scan = scanChunks(metafile);
  const bodies = [...scan].map((name) => `${JSON.stringify(name)}: ${functions.get(name)}`);
  const parts = [['scan', `({\n${bodies.join(',\n')}\n})`]];
  for (const [name, text] of functions) if (!scan.has(name)) parts.push([name, text]);
  const text = parts.map(([name, code]) => `//@@ ${name}\n${asComment(code)}\n`).join('');
  // Of a text V8 compares but the length with its cache's.
  const build = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return readFileSync(new URL('launcher.cjs', import.meta.url), 'utf8').replace('%BUILD%', build) + text;
}

// In ASCII a byte is a character. esbuild escapes all but regular expressions, where \u means the same.
function inAscii(text) {
  return text.replace(/[^\x00-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function asComment(text) {
  if (text.includes('\n@@ ')) throw new Error('a line of a part looks like the head of another');
  return `//${inAscii(text).replaceAll('\n', '\n//')}`;
}

function scanChunks({ outputs }) {
  const chunks = new Set();
  const visit = (path) => {
    const name = `./${posix.basename(path)}`;
    if (chunks.has(name)) return;
    chunks.add(name);
    for (const { path: imported, kind, external } of outputs[path].imports) {
      if (kind === 'import-statement' && !external) visit(imported);
    }
  };
  for (const entry of scanEntries) {
    const path = Object.keys(outputs).find((output) => outputs[output].entryPoint === entry);
    if (path === undefined) throw new Error(`${entry} has no chunk of its own`);
    visit(path);
  }
  return chunks;
}
