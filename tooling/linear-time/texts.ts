import { createLogger } from '@arlen/core/logger'
import { createRedact, diagnose, negotiate, redactUrl, renderDiagnosticsText } from '@arlen/error-report'
import { parseMigration } from '@arlen/pg/migrations'
import { addressKey } from '@arlen/security'
import { attributes, compileTemplate, escapeHtml, jsonScript } from '@arlen/view'
import { localTarget } from 'arlen'

/** A parser of texts from clients or developers, outside of requests. */
export interface Reader {
  name: string
  /** In characters. */
  limit: number
  read(text: string): unknown
}

const KiB = 1024
const redact = createRedact()
const log = createLogger({ level: 'debug', format: 'text', destination: { write: () => undefined } })

/** A rejected text has been parsed all the same. */
function ignoringErrors(read: (text: string) => unknown): (text: string) => unknown {
  return async text => {
    try {
      await read(text)
    } catch {
      // only the time it took matters
    }
  }
}

const readers: readonly Reader[] = [
  { name: 'a template', limit: 64 * KiB, read: text => compileTemplate(text, { path: 'a.html.ets' }) },
  {
    name: 'code of a template',
    limit: 16 * KiB,
    read: text => compileTemplate(`<% ${text} %>`, { path: 'a.html.ets' }),
  },
  { name: 'a value in a template', limit: 64 * KiB, read: escapeHtml },
  { name: 'an attribute', limit: 64 * KiB, read: text => attributes({ title: text, class: [text] }) },
  { name: 'JSON in a page', limit: 64 * KiB, read: text => jsonScript({ text }) },
  { name: 'a migration', limit: 64 * KiB, read: text => parseMigration('20260101000000_a.sql', text) },
  {
    name: 'the message of an error',
    limit: 64 * KiB,
    read: text => renderDiagnosticsText(diagnose(new Error(text))),
  },
  {
    name: 'the stack of an error',
    limit: 64 * KiB,
    read: text => diagnose(Object.assign(new Error('a'), { stack: `Error: a\n    at ${text}` })),
  },
  { name: 'a URL in a report', limit: 64 * KiB, read: text => redactUrl(text, redact) },
  {
    name: 'Accept and User-Agent of a report',
    limit: 64 * KiB,
    read: text => negotiate({ accept: text, userAgent: text }),
  },
  { name: 'a line of the log', limit: 64 * KiB, read: text => log.info({ text, err: new Error(text) }, text) },
  { name: 'an address to count by', limit: 64 * KiB, read: addressKey },
  { name: 'a target to return to', limit: 64 * KiB, read: text => localTarget(`/${text}`) },
]

export const texts: readonly Reader[] = readers.map(reader => ({ ...reader, read: ignoringErrors(reader.read) }))
