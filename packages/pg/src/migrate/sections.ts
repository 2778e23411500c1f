import { pgError } from '../errors.ts'
import { oneLine } from '../sql/one-line.ts'
import { scanSql } from '../sql/sql-scanner.ts'

/**
 * The parts of a migration file. Each keeps its position, with blanks for the rest, so that line numbers are the file's.
 */
export interface MigrationSections {
  up: string
  down: string | undefined
  transactional: boolean
}

const MARKER = /^--[ \t]*(up|down|no transaction)\s*(?::\s*)?$/i

/** Names of tools, headings and signs before the keyword: `-- +goose Down`, `-- migrate:down`, `--//@UNDO`, `-- section: down`. */
const LEAD = String.raw`^(?:--|\/\*)[^\p{L}]*(?:(?:goose|migrat(?:e|ions?)|dbmate|sqlx|flyway|rambler|evolutions?|begin|start|section|direction)[^\p{L}]+){0,2}`
/**
 * Keywords for the down part. If such a marker were taken for an ordinary comment, the down part would run right after the
 * up part.
 */
const WAY_BACK = new RegExp(
  `${LEAD}(?:down(?:s|grade|wards?)?|undo|roll[\\s_-]?back|revert|reverse|backwards?|unapply|un[\\s-]?migrate|tear[\\s-]?down|uninstall|create above|drop below)(?![\\p{L}\\p{N}_])`,
  'iu',
)

/**
 * Splits a file at `-- up`, `-- down` and `-- no transaction`.
 *
 * @throws `migration_invalid` for a repeated marker, and for any comment that begins with a keyword for the down part but
 * is not a marker
 */
export function splitSections(file: string, text: string): MigrationSections {
  const parts: MigrationSections = { up: '', down: undefined, transactional: true }
  let part: 'up' | 'down' = 'up'
  let from = 0
  const seen = new Set<string>()
  const take = (to: number) => {
    const piece = text.slice(from, to)
    if (part === 'down') parts.down = blank(text.slice(0, from)) + piece
    parts.up += part === 'up' ? piece : blank(piece)
  }
  for (const { at, comment, ownLine } of commentsOf(text)) {
    const marker = ownLine ? MARKER.exec(comment)?.[1]?.toLowerCase() : undefined
    if (marker === undefined) {
      if (WAY_BACK.test(comment)) throw foreignMarker(file, comment)
      continue
    }
    if (seen.has(marker)) throw pgError('migration_invalid', { file, reason: `has "-- ${marker}" twice` })
    seen.add(marker)
    take(at)
    parts.up += blank(comment)
    from = at + comment.length
    if (marker === 'no transaction') parts.transactional = false
    else part = marker as 'up' | 'down'
  }
  take(text.length)
  return parts
}

function foreignMarker(file: string, comment: string): Error {
  const reason =
    `has "${oneLine(comment, 80)}", which may be meant to mark the way back. Write "-- down" on a line of its own ` +
    'where the way back begins; begin a comment that means something else with another word. ' +
    'The folder of another tool, such as dbmate or goose, is adopted by arlen migrate import'
  return pgError('migration_invalid', { file, reason })
}

/** The same SQL, in which no comment is taken for a marker. */
export function neutralize(sql: string): string {
  let out = ''
  let from = 0
  for (const { at, comment } of commentsOf(sql)) {
    if (!MARKER.test(comment) && !WAY_BACK.test(comment)) continue
    out += `${sql.slice(from, at)}${comment.slice(0, 2)} note: ${comment.slice(2).trim()}`
    from = at + comment.trimEnd().length
  }
  return out + sql.slice(from)
}

/** The comments outside of function bodies. Comments after code in the middle of a statement are about that code. */
function* commentsOf(text: string): Generator<{ at: number; comment: string; ownLine: boolean }> {
  let at = 0
  let ownLine = true
  let inStatement = false
  for (const { kind, text: piece } of scanSql(text)) {
    if (kind === 'comment' && (ownLine || !inStatement)) yield { at, comment: piece, ownLine }
    if (kind === 'code' || kind === 'quoted') inStatement = true
    if (kind === 'semicolon') inStatement = false
    if (kind === 'space') ownLine ||= /[\n\r]/.test(piece)
    else ownLine = false
    at += piece.length
  }
}

function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ')
}
