#!/usr/bin/env node
// Every Node.js can parse this file, and its version is checked before anything else is loaded.
import('@arlen/core/node-version')
  .then(({ requireNode }) => {
    requireNode('boomhauer', 'development')
    return import('./command-line/save-memory.ts')
  })
  .then(({ saveMemory }) => {
    saveMemory()
    return import('./main.ts')
  })
