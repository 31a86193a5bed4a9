// For `node --build-snapshot`: a Node that is ready to run a file, dist/lib-users.cjs, with the code that V8 has made of it before.
// The tests start the program a thousand times. A plain start takes 158 ms of CPU with Debian's Node, which compiles its own library anew
// each time, and 94 ms with the Node of nodejs.org; a start from the snapshot takes 92 and 56 ms (means and medians of 20).
// LIB_USERS_COMPILED names the file of V8's code; if there is no such file, it is written at the end.

const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname } = require('node:path');
const { startupSnapshot } = require('node:v8');
const { Script } = require('node:vm');

startupSnapshot.setDeserializeMainFunction(() => {
  const filename = process.argv[1];
  const compiled = process.env.LIB_USERS_COMPILED;
  const text = readFileSync(filename, 'utf8').replace(/^#!.*/, '');
  const cachedData = compiled !== undefined && existsSync(compiled) ? readFileSync(compiled) : undefined;
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${text}\n})`;
  const script = new Script(wrapped, { filename, cachedData });
  if (compiled !== undefined && cachedData === undefined)
    process.on('exit', () => writeFileSync(compiled, script.createCachedData()));
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(filename), module, filename, dirname(filename));
});
