#!/usr/bin/env node
// Every Node.js can parse this file and those that it loads first. Signals are kept from the start, and nothing else is
// loaded before the version of Node.js is checked.
import('./command-line/early-signals.ts')
  .then(({ keepSignals }) => {
    keepSignals()
    return import('@arlen/core/node-version')
  })
  .then(({ requireNode }) => {
    requireNode('propane', 'production')
    return import('./main.ts')
  })
