// Preloaded into jsii's Node process by fast_jsii.py: makes a provider's index.js load its
// sub-modules on first use. The stock file does `exports.x = require("./x")` two thousand times.
"use strict";
const Module = require("node:module");

const INDEX = /[\\/]@cdktf[\\/]provider-[^\\/]+[\\/](?:.+[\\/])?lib[\\/]index\.js$/;
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
  Object.defineProperty(this.exports, "__esModule", { value: true });
  for (const [, name, path] of eager) {
    Object.defineProperty(this.exports, name, { enumerable: true, get: () => this.require(path) });
  }
};
