import { ACCESSORIES, type Accessories, type AccessoryName, flagOf, variableOf } from '../accessories.ts'
import { COMMANDS } from './commands.ts'

export const SHORT_USAGE = `Usage: propane app.js [--workers 4] [--port 3000] [--host 127.0.0.1]
       propane status|top|reload|stop|scale N|upgrade|diagnose N [app.js] [--json]
All options: propane --help`

const NAMES = Object.keys(ACCESSORIES) as AccessoryName[]

/** The text of `propane --help`, from the tables of commands and accessories. */
export function usage(): string {
  const commands = Object.entries(COMMANDS).map(([name, doc]) => `  ${name.padEnd(14)}${doc}`)
  const options = NAMES.map(
    name => `  ${flagOf(name).padEnd(24)}${ACCESSORIES[name].doc} [${show(ACCESSORIES[name].default)}]`,
  )
  return `${SHORT_USAGE.split('\n').slice(0, 2).join('\n')}

Runs a Node.js HTTP application in worker processes behind one socket.

Commands to one that runs:
${commands.join('\n')}

Options, also as ARLEN_PROPANE_… variables (${flagOf('bootTimeoutMs')} as ${variableOf('bootTimeoutMs')}):
${options.join('\n')}
  ${'--config'.padEnd(24)}JSON file with these settings, read again on every reload.
  ${'--print'.padEnd(24)}Print the settings as they would count, and end.
  ${'--watch'.padEnd(24)}Show the status again every second.
  ${'--duration'.padEnd(24)}How long a CPU profile of diagnose takes. [10s]
  ${'--output'.padEnd(24)}File that diagnose writes. [by worker and time, in the working directory]
  ${'--json'.padEnd(24)}Answers and failures as JSON, and the log too.
`
}

/** The effective accessories, one per line. */
export function printAccessories(accessories: Accessories): string {
  return NAMES.map(name => `${name} = ${show(accessories[name])}\n`).join('')
}

function show(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : value === '' ? "''" : String(value)
}
