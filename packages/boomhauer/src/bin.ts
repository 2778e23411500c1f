#!/usr/bin/env node
// Every Node.js can parse this file, and its version is checked before anything else is loaded.
import('@arlen/core/node-version').then(async ({ requireNode }) => {
  requireNode('boomhauer', 'development')
  const { saveMemory } = await import('./command-line/save-memory.ts')
  saveMemory()
  return import('./main.ts')
})
