import type { ProblemIssue } from '@arlen/core'
import type { StandardSchemaV1 } from '@standard-schema/spec'

/** The members of valibot's issues beyond Standard Schema's `message` and `path`. */
interface DetailedIssue extends StandardSchemaV1.Issue {
  type?: string
  code?: string
  expected?: string | null
  received?: string
  requirement?: unknown
}

/**
 * A schema's issue as it is sent. It never contains the submitted value, because responses and logs travel further than
 * forms: valibot's default messages quote it, so they are reworded; the application's own messages are kept.
 */
export function toProblemIssue(prefix: string, issue: StandardSchemaV1.Issue): ProblemIssue {
  const detailed: DetailedIssue = issue
  return { path: prefix + pointer(issue.path), code: codeOf(detailed), message: messageOf(detailed, prefix) }
}

/** RFC 6901: each step after a slash, `~` as `~0` and `/` as `~1`. */
function pointer(path: StandardSchemaV1.Issue['path']): string {
  let text = ''
  for (const step of path ?? []) {
    const key = typeof step === 'object' ? step.key : step
    text += `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
  }
  return text
}

function codeOf(issue: DetailedIssue): string {
  if (issue.received === 'undefined') return 'required'
  const name = issue.type ?? issue.code ?? 'invalid'
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
}

/** Worded for people who fill in forms; `n` is what the schema requires. */
const WORDS: Readonly<Record<string, (n: unknown) => string>> = {
  ends_with: n => `Must end with ${JSON.stringify(n)}.`,
  file: () => 'Must be a file.',
  email: () => 'Must be an e-mail address.',
  includes: n => `Must contain ${JSON.stringify(n)}.`,
  integer: () => 'Must be a whole number.',
  regex: () => 'Does not have the right form.',
  safe_integer: () => 'Must be a whole number.',
  iso_date: () => 'Must be a date such as 2026-02-28.',
  max_size: n => `Must have at most ${n} bytes.`,
  min_size: n => `Must have at least ${n} bytes.`,
  mime_type: n => `Must be of type ${[n].flat().join(' or ')}.`,
  max_length: n => `Must have at most ${n}.`,
  max_value: n => `Must be at most ${n}.`,
  min_length: n => `Must have at least ${n}.`,
  min_value: n => `Must be at least ${n}.`,
  non_empty: () => 'Must not be empty.',
  starts_with: n => `Must begin with ${JSON.stringify(n)}.`,
  url: () => 'Must be a URL.',
  uuid: () => 'Must be a UUID.',
}

function messageOf(issue: DetailedIssue, prefix: string): string {
  const isDefault = issue.received !== undefined && issue.message.endsWith(`eceived ${issue.received}`)
  if (!isDefault) return issue.message
  if (issue.received === 'undefined') return 'Is required.'
  // In text input, only repeated names become lists.
  if (prefix === '/query' && issue.received === 'Array') return 'Must be given once.'
  const words = WORDS[codeOf(issue)]
  if (words) return words(issue.requirement)
  return issue.expected ? `Must be ${issue.expected}.` : 'Is not acceptable.'
}
