#!/usr/bin/env node
// Every Node.js can parse this file, and its version is checked before anything else is loaded.
import('@arlen/core/node-version').then(({ requireNode }) => {
  requireNode('create-arlen', 'development')
  return import('./main.ts')
})
