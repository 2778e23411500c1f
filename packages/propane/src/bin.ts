#!/usr/bin/env node
import { main } from './main.ts'

// Not left to the event loop: whoever still holds a handle then must not keep a stopped primary alive.
process.exit(await main(process.argv.slice(2)))
