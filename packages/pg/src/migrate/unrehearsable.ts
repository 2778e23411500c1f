import { oneLine } from '../sql/one-line.ts'
import { splitStatements } from '../sql/sql-scanner.ts'

const SHARED = String.raw`(?:create|alter|drop) (?:role|user(?! mapping)|group|database|tablespace|subscription)\b|alter system\b`
/** GRANT and REVOKE of a role: those of rights have an ON. */
const MEMBERSHIP = String.raw`(?:grant|revoke)\b(?:(?!\bon\b)[^;])*\b(?:to|from)\b(?:(?!\bon\b)[^;])*(?:;|$)`
const AT_START = new RegExp(`^(?:${SHARED}|${MEMBERSHIP})`, 'i')
const IN_BLOCK = new RegExp(`\\b(?:${SHARED})`, 'i')

/** The first statement that changes what all databases of a server share: a copy of one could not keep it to itself. */
export function sharedChange(text: string): string | undefined {
  return splitStatements(text)
    .map(({ normal }) => normal)
    .find(normal => (/^do\b/i.test(normal) ? IN_BLOCK.test(normal.replace(/\s+/g, ' ')) : AT_START.test(normal)))
}

/** What passes or fails by the rows that are there. */
const BY_ROWS: readonly RegExp[] = [
  /^create unique index\b/i,
  /^alter table\b.*\b(?:set not null|validate constraint|type\b|attach partition)/i,
  /^alter table\b.*\badd (?:constraint \S+ )?(?:unique|primary key|check|foreign key|exclude)\b(?!.*\bnot valid\b)(?!.*\busing index\b)/i,
  /^alter table\b.*\badd (?:column )?.*\bnot null\b(?!.*\b(?:default|generated)\b)/i,
  /^alter domain\b.*\b(?:set not null|add|validate constraint)\b/i,
  /^(?:insert|update|delete|merge|with|select|copy|do|call)\b/i,
  /^refresh materialized view\b/i,
]

/** The statements of a migration that cannot be rehearsed on an empty copy, one per line. */
export function statementsByRows(text: string): string[] {
  return splitStatements(text)
    .filter(({ normal }) => BY_ROWS.some(pattern => pattern.test(normal.replace(/\s+/g, ' '))))
    .map(({ offset, end }) => oneLine(text.slice(offset, end)))
}
