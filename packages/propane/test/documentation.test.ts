import { readFileSync } from 'node:fs'
import path from 'node:path'
import { seeded } from '@arlen/core/seeded'
import { expect, test } from 'vitest'
import { ACCESSORIES, type AccessoryName, variableOf } from '../src/accessories.ts'
import { COMMANDS } from '../src/command-line/commands.ts'
import { SIGNALS } from '../src/command-line/signals.ts'
import { propaneError } from '../src/errors.ts'
import { chaos } from './chaos.ts'
import { Simulation } from './simulation.ts'

const DOCS = path.join(import.meta.dirname, '../../../docs/propane.md')
const page = readFileSync(DOCS, 'utf8')

/** The lines of a table between its markers. */
function section(name: string): string {
  const [, text] = new RegExp(`<!-- ${name} -->\\n([\\s\\S]*?)<!-- end -->`).exec(page) ?? []
  return text ?? `there is no section ${name}`
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(each => `\`${each}\``).join(' ')
  return value === '' ? '' : `\`${value}\``
}

test('the table of accessories matches the code', () => {
  const rows = (Object.keys(ACCESSORIES) as AccessoryName[]).map(name => {
    const { default: value, doc, restart } = ACCESSORIES[name]
    return `| \`${name}\`${restart ? ' ✱' : ''} | ${shown(value)} | ${doc} |\n`
  })
  expect(section('accessories')).toBe(`| accessory | default | is |\n|---|---|---|\n${rows.join('')}`)
  expect(page).toContain(variableOf('x').slice(0, -1))
})

test('the table of signals matches the code', () => {
  const rows = Object.entries(SIGNALS).map(([name, { doc }]) => `| ${name.replace('SIG', '')} | ${doc} |\n`)
  expect(section('signals')).toBe(`| signal | does |\n|---|---|\n${rows.join('')}`)
})

test('the table of commands matches the code', () => {
  const rows = Object.entries(COMMANDS).map(([name, doc]) => `| \`${name}\` | ${doc.replaceAll('|', '\\|')} |\n`)
  expect(section('commands')).toBe(`| command | does |\n|---|---|\n${rows.join('')}`)
})

test('the table of errors matches the code', () => {
  const readme = readFileSync(path.join(import.meta.dirname, '../README.md'), 'utf8')
  const rows = Object.entries(propaneError.table).map(
    ([code, { message, remedy }]) =>
      `| \`${code}\` | ${[message.replaceAll('\n', ' '), remedy].filter(Boolean).join(' ')} |\n`,
  )
  expect(readme.slice(readme.indexOf('## Errors'))).toBe(`## Errors\n\n| code | message |\n|---|---|\n${rows.join('')}`)
})

test('every transition that happens is in the table, and every one in the table happens', () => {
  const documented = [...section('transitions').matchAll(/^\| (\w+) \| (\w+) \|/gm)].map(row => `${row[1]} ${row[2]}`)
  const seen = new Set<string>()
  for (let seed = 1; seed <= 150; seed++) {
    const dice = seeded(seed)
    const simulation = new Simulation(1 + Math.floor(dice() * 4), { maxMemory: 100, drainTimeoutMs: 5000 })
    simulation.onTransition = (from, to) => seen.add(`${from} ${to}`)
    for (let count = 0; count < 12 && simulation.exitCode === undefined; count++) chaos(simulation, dice)
    if (simulation.exitCode === undefined && dice() < 0.5) simulation.dispatch({ type: 'stop' })
    simulation.run(dice() * 3000)
    if (simulation.exitCode === undefined) simulation.dispatch({ type: 'quit' })
    simulation.run(60_000)
  }
  expect([...seen].sort()).toEqual(documented.slice(1).sort())
})
