'use strict';
// The program stands below, as comments, in parts that are compiled when they are first needed: V8 parses all of a file before
// it runs any of it, and a comment is the cheapest that it can parse. The first part is what every scan needs. It comes from
// V8's code cache where one lies beside this file that the same V8 made of the same build, and is compiled anywhere else.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const build = '%BUILD%';
const parts = new Map();
for (const part of readFileSync(__filename, 'latin1').split('\n//@@ ').slice(1)) {
  const end = part.indexOf('\n');
  parts.set(part.slice(0, end), part.slice(end));
}

function codeCache() {
  try {
    return readFileSync(`${__filename}.${build}-${process.versions.v8}-${process.arch}.cache`);
  } catch {}
}

function compile(name, cachedData) {
  const code = parts.get(name).replaceAll('\n//', '\n');
  return new Script(code, { filename: `${__filename}/${name}`, cachedData }).runInThisContext();
}

const bodies = compile('scan', codeCache());
const modules = Object.create(null);
// A worker thread loads this file anew, and of it only what a worker runs.
modules['lib-users:worker'] = { exports: { source: `require(${JSON.stringify(__filename)})('./worker.js');` } };
function load(name) {
  if (modules[name]) return modules[name].exports;
  const body = bodies[name] ?? (parts.has(name) ? compile(name) : null);
  if (body === null) return require(name);
  const module = { exports: {} };
  modules[name] = module;
  body(module.exports, load, module);
  return module.exports;
}
if (require.main === module) load('./main.js');
else module.exports = load;
