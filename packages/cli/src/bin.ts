#!/usr/bin/env node
// Every Node.js can parse this file and what it loads first, and its version is checked before anything else is loaded. A server keeps
// signals from the start: one that arrives while it loads is not lost.
const early =
  process.argv[2] === 'propane'
    ? import('@arlen/propane/early-signals').then(({ keepSignals }) => keepSignals())
    : Promise.resolve()
early
  .then(() => import('@arlen/core/node-version'))
  .then(({ requireNode }) => {
    requireNode('arlen', 'development')
    return import('node:module')
  })
  .then(({ enableCompileCache }) => {
    // Most of what a short command takes is to compile its modules.
    enableCompileCache()
    return import('./main.ts')
  })
