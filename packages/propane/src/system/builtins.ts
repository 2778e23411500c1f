/**
 * Node.js modules through `require`. An `import` evaluates all exports of a module, including lazy ones (fs alone loads
 * streams, readline and worker threads). Together that would cost 9 MiB, a sixth of the primary's budget, so primary and
 * workers get them from here.
 */
export const fs: typeof import('node:fs') = process.getBuiltinModule('node:fs')
export const net: typeof import('node:net') = process.getBuiltinModule('node:net')
export const childProcess: typeof import('node:child_process') = process.getBuiltinModule('node:child_process')
export const util: typeof import('node:util') = process.getBuiltinModule('node:util')
