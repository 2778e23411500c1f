/**
 * Modules of Node.js as the CommonJS world sees them. An `import` of one makes all its exports at once, also those that
 * are loaded only when touched (fs alone brings streams, readline and worker threads); together that is 9 MiB, a sixth
 * of what the primary may take. So primary and workers get them from here.
 */
export const fs: typeof import('node:fs') = process.getBuiltinModule('node:fs')
export const net: typeof import('node:net') = process.getBuiltinModule('node:net')
export const childProcess: typeof import('node:child_process') = process.getBuiltinModule('node:child_process')
export const util: typeof import('node:util') = process.getBuiltinModule('node:util')
