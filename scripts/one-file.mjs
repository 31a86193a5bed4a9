// esbuild's code splitting -> one CommonJS file. V8 parses all of a file before it runs any: 650 KB took 17 ms of every
// start. So the chunks that a plain scan needs are code, and all others are strings, compiled when they are first required.
import { posix } from 'node:path';
import { transformSync } from 'esbuild';

// What every scan loads; what these import statically comes with them.
const hotEntries = ['src/main.ts', 'src/commands/scan.ts', 'src/documents/generated/validate-report.js'];

const runtime = `
const loaded = Object.create(null);
function load(name) {
  if (!(name in chunks)) return require(name);
  let module = loaded[name];
  if (module) return module.exports;
  module = loaded[name] = { exports: {} };
  let body = chunks[name];
  if (typeof body === 'string') {
    const { Script } = require('node:vm');
    body = new Script('(function (exports, require, module) {' + body + '\\n})', { filename: __filename + '/' + name }).runInThisContext();
  }
  body(module.exports, load, module);
  return module.exports;
}
`;

/**
 * @param outputs of a build with splitting, format esm and metafile
 * @returns the text of the one file
 */
export function joinChunks({ outputFiles, metafile }, options) {
  const chunks = new Map();
  for (const { path, text } of outputFiles) {
    // Bare names: `./chunk-X.js` in one chunk is the same chunk as in every other.
    const name = `./${posix.basename(path)}`;
    chunks.set(name, transformSync(text, { ...options, format: 'cjs', minify: true }).code.trim());
  }
  const hot = hotChunks(metafile);
  const bodies = [...chunks].map(([name, code]) =>
    hot.has(name)
      ? `${JSON.stringify(name)}(exports, require, module) {${code}\n}`
      : `${JSON.stringify(name)}: ${JSON.stringify(code)}`,
  );
  const entry = [...hot][0];
  return `'use strict';\nconst chunks = {\n${bodies.join(',\n')}\n};${runtime}load(${JSON.stringify(entry)});\n`;
}

function hotChunks({ outputs }) {
  const hot = new Set();
  const visit = (path) => {
    const name = `./${posix.basename(path)}`;
    if (hot.has(name)) return;
    hot.add(name);
    for (const { path: imported, kind, external } of outputs[path].imports) {
      if (kind === 'import-statement' && !external) visit(imported);
    }
  };
  for (const entry of hotEntries) {
    const path = Object.keys(outputs).find((output) => outputs[output].entryPoint === entry);
    if (path === undefined) throw new Error(`${entry} has no chunk of its own`);
    visit(path);
  }
  return hot;
}
