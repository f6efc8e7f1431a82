// Loaded into jsii's Node process by loader.py, before the provider's package.
"use strict";
const fs = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");
const v8 = require("node:v8");
const workerThreads = require("node:worker_threads");

// 1. A provider's index.js loads its sub-modules on first use. The stock file does
//    `exports.x = require("./x")` two thousand times.
const INDEX = /[\\/]@cdktf[\\/]provider-[^\\/]+[\\/]lib[\\/]index\.js$/;
const EAGER = /^exports\.(\w+) = require\("(\.\/[\w-]+)"\);$/;
// The other lines of a generated file. A file with any other line is loaded as it is.
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

// 2. On a package's first use, a thread of jsii writes an index of its types. Without the index, every
//    run parses 120 MB of JSON. A fast run ends before the thread does, so the exit waits for the index.
//    Python waits five seconds before it ends Node.
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
// Before other listeners: jsii removes its links to the packages on exit.
process.prependListener("exit", () => {
  const deadline = Date.now() + 4500;
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (const folder of indexing) {
    while (!fs.existsSync(join(folder, ".jsii.runtime.v1.json")) && Date.now() < deadline) {
      Atomics.wait(never, 0, 0, 20);
    }
  }
});

// 3. Node runs for a second or two: memory in reserve makes it no faster.
v8.setFlagsFromString("--optimize-for-size");

// 4. Every token keeps the stack trace of its creation for error messages. That is a quarter of Node's
//    work, and here the stack is always jsii's own. cdktf's package is loaded before a provider's.
const STACK_TRACE = /[\\/]cdktf[\\/]lib[\\/]tokens[\\/]private[\\/]stack-trace\.js$/;
function dropStackTraces() {
  for (const [name, module] of Object.entries(require.cache)) {
    if (STACK_TRACE.test(name)) module.exports.captureStackTrace = () => [];
  }
}

// 5. jsii reads all definitions of a package's types, 32 MB, and uses a few slices of them. Each slice is
//    read from the file when it is used; any other use of the content reads the whole file.
const DEFINITIONS = /[\\/]\.jsii\.runtime-defs\.v\d+\.jsonl$/;
const readFile = fs.readFileSync;
fs.readFileSync = function (path, ...rest) {
  if (rest.length || !DEFINITIONS.test(path)) return readFile.call(fs, path, ...rest);
  const descriptor = fs.openSync(path);
  let whole;
  return new Proxy(Buffer.alloc(0), {
    get(_, property) {
      if (property === "toString") return slice;
      whole ??= readFile.call(fs, path);
      const value = whole[property];
      return typeof value === "function" ? value.bind(whole) : value;
    },
  });
  function slice(encoding, start, end) {
    if (end === undefined) return readFile.call(fs, path).toString(encoding, start);
    const buffer = Buffer.alloc(end - start);
    return buffer.toString(encoding, 0, fs.readSync(descriptor, buffer, 0, buffer.length, start));
  }
};
