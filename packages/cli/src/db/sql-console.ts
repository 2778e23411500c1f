import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { openClient } from '@arlen/pg/connection'
import type pg from 'pg'
import type { Target } from './target.ts'

/**
 * An SQL console for machines without psql: a statement ends with a semicolon at the end of a line, `\q` quits.
 *
 * @returns 1 if a statement that was not typed failed, else 0
 */
export async function runSqlConsole(
  { dsn, name }: Target,
  { input, output, isTerminal }: { input: Readable; output: Writable; isTerminal: boolean },
): Promise<number> {
  const client = await openClient(dsn)
  const lines = createInterface({ input, output: isTerminal ? output : undefined, terminal: isTerminal })
  const prompt = (text: string) => {
    lines.setPrompt(text)
    if (isTerminal) lines.prompt()
  }
  let statement = ''
  try {
    prompt(`${name}=> `)
    for await (const line of lines) {
      if (line.trim() === '\\q') break
      statement += `${line}\n`
      if (line.trimEnd().endsWith(';')) {
        const ok = await execute(client, statement, output)
        if (!ok && !isTerminal) return 1
        statement = ''
      }
      prompt(statement.trim() === '' ? `${name}=> ` : `${name}-> `)
    }
    if (statement.trim() === '') return 0
    return (await execute(client, statement, output)) || isTerminal ? 0 : 1
  } finally {
    lines.close()
    await client.end()
  }
}

async function execute(client: pg.Client, text: string, output: Writable): Promise<boolean> {
  try {
    const results = await client.query({ text, rowMode: 'array' })
    for (const result of [results].flat() as pg.QueryArrayResult[]) output.write(`${format(result)}\n`)
    return true
  } catch (error) {
    output.write(`ERROR: ${error instanceof Error ? error.message : String(error)}\n`)
    return false
  }
}

/** A text table or, for a statement without rows, what it did. */
function format({ fields, rows, command, rowCount }: pg.QueryArrayResult): string {
  if (fields.length === 0) return [command, rowCount ?? ''].join(' ').trim()
  const table = [fields.map(({ name }) => name), ...rows.map(row => row.map(shown))]
  const widths = fields.map((_, column) => Math.max(...table.map(row => row[column]!.length)))
  const line = (row: readonly string[]) =>
    ` ${row.map((text, column) => text.padEnd(widths[column]!)).join(' | ')}`.trimEnd()
  const [head, ...body] = table
  const rule = widths.map(width => '-'.repeat(width + 2)).join('+')
  return [line(head!), rule, ...body.map(line), `(${rows.length} row${rows.length === 1 ? '' : 's'})`].join('\n')
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString()
  return (typeof value === 'object' ? JSON.stringify(value) : String(value)).replaceAll('\n', '\\n')
}
