/** Writes the table of settings in docs/configuration.md; a test holds the document to it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listSettings } from '@arlen/core/config'
import { configSchema } from 'arlen'

const FILE = join(import.meta.dirname, '../docs/configuration.md')
const START = '<!-- settings: written by tooling/config-reference.ts -->\n'
const END = '<!-- end of settings -->\n'

/** A row for each setting, in the order of the schema, with the defaults of production. */
export function settingsTable(): string {
  const rows = listSettings(configSchema(true), 'ARLEN_').map(setting => {
    const value = setting.default === undefined ? '' : `\`${JSON.stringify(setting.default)}\``
    return `| \`${setting.path.join('.')}\` | \`${setting.env}\` | ${value} | ${setting.description}${setting.secret ? ' (secret)' : ''} |`
  })
  return ['| setting | variable | default | |', '| --- | --- | --- | --- |', ...rows, ''].join('\n')
}

export function withTable(document: string): string {
  const start = document.indexOf(START) + START.length
  return document.slice(0, start) + settingsTable() + document.slice(document.indexOf(END))
}

if (import.meta.main) writeFileSync(FILE, withTable(readFileSync(FILE, 'utf8')))
