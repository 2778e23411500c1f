import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CASES, type Case } from '../code-frame-cases.ts'
import { ARLEN_CASES } from './arlen-cases.ts'
import { PROGRAM_CASES } from './program-cases.ts'

/** Every mistake whose location is tested over packed packages. */
export const ALL_CASES: readonly Case[] = [...CASES, ...ARLEN_CASES, ...PROGRAM_CASES]

const DOCUMENT = join(import.meta.dirname, '../../../../docs/development.md')
const [BEGIN, END] = ['<!-- locations -->', '<!-- /locations -->'] as const

export interface Mark {
  name: string
  line: number
  column: number
}

/** The marked place, from 1. */
export function markOf(files: Case['files']): Mark | undefined {
  for (const [name, text] of Object.entries(files)) {
    const lines = text.split(/\r?\n/)
    const index = lines.findIndex(line => line.includes('¦'))
    if (index !== -1) return { name, line: index + 1, column: lines[index]!.indexOf('¦') + 1 }
  }
  return undefined
}

/** The table of the guide: what goes wrong, when it is found, and the location that is shown. */
function locationsTable(): string {
  const rows = ALL_CASES.map(({ name, stage, files }) => {
    const mark = markOf(files)
    const location = mark ? `\`${mark.name.replace(/^\//, '')}:${mark.line}:${mark.column}\`` : 'none'
    return `| ${name} | ${stage} | ${location} |`
  })
  return ['| what is wrong | stage | location |', '|---|---|---|', ...rows].join('\n')
}

export function readDocument(): string {
  return readFileSync(DOCUMENT, 'utf8')
}

export function withTable(document: string): string {
  const from = document.indexOf(BEGIN) + BEGIN.length
  const to = document.indexOf(END)
  return `${document.slice(0, from)}\n${locationsTable()}\n${document.slice(to)}`
}

if (process.argv[1] === import.meta.filename) writeFileSync(DOCUMENT, withTable(readDocument()))
