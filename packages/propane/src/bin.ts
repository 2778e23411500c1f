#!/usr/bin/env node
// Nothing else is loaded before the version of Node.js is judged, and every Node.js can read this file.
import('@arlen/core/node-version').then(({ requireNode }) => {
  requireNode('propane', 'production')
  return import('./main.ts')
})
