'use strict';
// The program stands below, as comments, in parts that are compiled when they are first needed: V8 parses all of a file before
// it runs any of it, and a comment is the cheapest that it can parse. The first part is what every scan needs. It comes from
// V8's code cache where one lies beside this file that the same V8 made of the same build, and is compiled anywhere else.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const build = '%BUILD%';
const text = readFileSync(__filename, 'latin1');

/** The code of a part. */
function codeOf(name) {
  const start = text.indexOf(`\n//@@ ${name}\n`) + `\n//@@ ${name}`.length;
  const end = text.indexOf('\n//@@ ', start);
  return text.slice(start, end < 0 ? text.length : end).replaceAll('\n//', '\n');
}

function codeCache() {
  try {
    return readFileSync(`${__filename}.${build}-${process.versions.v8}-${process.arch}.cache`);
  } catch {}
}

function compile(name, cachedData) {
  return new Script(codeOf(name), { filename: `${__filename}/${name}`, cachedData }).runInThisContext();
}

const bodies = compile('scan', codeCache());
const modules = Object.create(null);
// A worker thread loads this file anew, and of it only what a worker runs.
modules['lib-users:worker'] = { exports: { source: `require(${JSON.stringify(__filename)})('./worker.js');` } };
function load(name) {
  if (modules[name]) return modules[name].exports;
  // Every part is named as a file beside this one; all else is Node's own.
  if (!name.startsWith('./')) return require(name);
  const body = bodies[name] ?? compile(name);
  const module = { exports: {} };
  modules[name] = module;
  body(module.exports, load, module);
  return module.exports;
}
if (require.main === module) load('./main.js');
else module.exports = load;
