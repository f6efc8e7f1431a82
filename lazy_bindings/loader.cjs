// Loaded into jsii's Node process by loader.py, before the provider's package.
"use strict";
const { existsSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");
const v8 = require("node:v8");
const workerThreads = require("node:worker_threads");

// 1. A provider's index.js loads its sub-modules on first use. The stock file does
//    `exports.x = require("./x")` two thousand times.
const INDEX = /[\\/]@cdktf[\\/]provider-[^\\/]+[\\/]lib[\\/]index\.js$/;
const EAGER = /^exports\.(\w+) = require\("(\.\/[\w-]+)"\);$/;
// Everything else that the generated file may hold; any other line and it is left as it is.
const KNOWN = /^(?:"use strict";|\/\*\*| \*.*|\/\/.*|Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);|(?:exports\.\w+ = )+void 0;|)$/;

const compile = Module.prototype._compile;
Module.prototype._compile = function (source, filename, ...rest) {
  if (!INDEX.test(filename)) return compile.call(this, source, filename, ...rest);
  const eager = [];
  for (const line of source.split(/\r?\n/)) {
    const match = EAGER.exec(line);
    if (match) eager.push(match);
    else if (!KNOWN.test(line)) return compile.call(this, source, filename, ...rest);
  }
  dropStackTraces();
  Object.defineProperty(this.exports, "__esModule", { value: true });
  for (const [, name, path] of eager) {
    Object.defineProperty(this.exports, name, { enumerable: true, get: () => this.require(path) });
  }
};

// 2. On a package's first use, jsii has a thread write an index of its types, without which every
//    run parses 120 MB of JSON. A fast run would end before the thread does, each time anew: hold the
//    exit until the index stands. Python waits for five seconds before it ends Node.
const indexing = new Set();
workerThreads.Worker = class extends workerThreads.Worker {
  constructor(file, options) {
    super(file, options);
    const folder = options?.workerData?.packageDir;
    if (!folder) return;
    indexing.add(folder);
    this.once("exit", () => indexing.delete(folder));
  }
};
// First of all, for jsii removes its links to the packages on exit too.
process.prependListener("exit", () => {
  const deadline = Date.now() + 4500;
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (const folder of indexing) {
    while (!existsSync(join(folder, ".jsii.runtime.v1.json")) && Date.now() < deadline) {
      Atomics.wait(never, 0, 0, 20);
    }
  }
});

// 3. Node runs for a second or two: room to grow into gains nothing, and would not be given back.
v8.setFlagsFromString("--optimize-for-size");

// 4. Every token keeps the stack that made it, for an error's message: a quarter of Node's work, and
//    here it is always jsii's own stack. A provider's package comes after cdktf's, so this is found.
const STACK_TRACE = /[\\/]cdktf[\\/]lib[\\/]tokens[\\/]private[\\/]stack-trace\.js$/;
function dropStackTraces() {
  for (const [name, module] of Object.entries(require.cache)) {
    if (STACK_TRACE.test(name)) module.exports.captureStackTrace = () => [];
  }
}
