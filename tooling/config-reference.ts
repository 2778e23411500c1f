/** Writes the tables of settings and limits into the docs; a test checks that they are up to date. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listSettings } from '@arlen/core/config'
import { LIMITS, type LimitSetting } from '@arlen/http'
import { configSchema } from 'arlen'

const ROOT = join(import.meta.dirname, '..')

interface GeneratedTable {
  readonly file: string
  /** The text in the comments around it. */
  readonly name: string
  readonly lines: () => readonly string[]
}

export const TABLES: readonly GeneratedTable[] = [
  { file: 'docs/configuration.md', name: 'settings', lines: settingsTable },
  { file: 'packages/http/README.md', name: 'limits', lines: limitsTable },
]

/** A row for each setting, in the order of the schema, with the defaults of production. */
export function settingsTable(): string[] {
  const rows = listSettings(configSchema(true), 'ARLEN_').map(setting => {
    const value = setting.default === undefined ? '' : `\`${JSON.stringify(setting.default)}\``
    return `| \`${setting.path.join('.')}\` | \`${setting.env}\` | ${value} | ${setting.description}${setting.secret ? ' (secret)' : ''} |`
  })
  return ['| setting | variable | default | |', '| --- | --- | --- | --- |', ...rows]
}

/** A row for each limit of the engine. */
export function limitsTable(): string[] {
  const rows = Object.entries(LIMITS).map(([name, setting]) => {
    return `| \`${name}\` | ${defaultOf(setting)} | ${setting.description} |`
  })
  return ['| option | default | |', '| --- | --- | --- |', ...rows]
}

function defaultOf({ unit, default: value, zeroIsNone }: LimitSetting): string {
  if (value === 0 && zeroIsNone) return '0'
  return `${value.toLocaleString('en-US')}${unit === 'count' ? '' : ` ${unit}`}`
}

/** A document with its table up to date. */
export function withTable(document: string, { file, name, lines }: GeneratedTable): string {
  const start = `<!-- ${name}: written by tooling/config-reference.ts -->\n`
  const end = `<!-- end of ${name} -->\n`
  const [before, rest] = [document.indexOf(start), document.indexOf(end)]
  if (before < 0 || rest < before) throw new Error(`${file} has no place for the ${name}: ${start}${end}`)
  return `${document.slice(0, before + start.length)}${lines().join('\n')}\n${document.slice(rest)}`
}

export function readDocument({ file }: GeneratedTable): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

if (import.meta.main) {
  for (const table of TABLES) writeFileSync(join(ROOT, table.file), withTable(readDocument(table), table))
}
