// For `node --require`: gives Node the code that V8 has made of dist/lib-users.cjs before, in the file that LIB_USERS_COMPILED names;
// if there is no such file, it is written at the end. The tests start the program a thousand times, and each start would parse its
// three megabytes anew: 40 of the 60 ms that it takes besides Node's own.

const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { Module } = require('node:module');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

const compiled = process.env.LIB_USERS_COMPILED;
const program = join(__dirname, '../../dist/lib-users.cjs');

if (compiled !== undefined) {
  Module._extensions['.cjs'] = (module, filename) => {
    if (filename !== program) return Module._extensions['.js'](module, filename);
    const source = Module.wrap(readFileSync(filename, 'utf8').replace(/^#!.*/, ''));
    const cachedData = existsSync(compiled) ? readFileSync(compiled) : undefined;
    const script = new Script(source, { filename, cachedData });
    if (cachedData === undefined) process.on('exit', () => writeFileSync(compiled, script.createCachedData()));
    const run = script.runInThisContext();
    run.call(module.exports, module.exports, (id) => module.require(id), module, filename, dirname(filename));
  };
}
