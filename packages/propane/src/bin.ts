#!/usr/bin/env node
import { becomeInit } from './init-process.ts'
import { main } from './main.ts'

becomeInit(message => process.stderr.write(`propane: ${message}\n`))

// Not left to the event loop: whoever still holds a handle then must not keep a stopped primary alive.
process.exit(await main(process.argv.slice(2)))
