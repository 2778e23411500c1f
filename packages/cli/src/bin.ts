#!/usr/bin/env node
// Every Node.js can parse this file, and its version is checked before anything else is loaded.
import('@arlen/core/node-version').then(async ({ requireNode }) => {
  requireNode('arlen', 'development')
  // Most of what a short command takes is to compile its modules.
  const { enableCompileCache } = await import('node:module')
  enableCompileCache()
  return import('./main.ts')
})
