import { codeFrame } from '@arlen/core/code-frame'
import { redactText } from './redact.ts'
import type { ResponseData } from './response-data.ts'

const MOST_BODY = 2048
const MOST_LINES = 20

/**
 * What a person needs to see when an assertion fails: the request, the head and the beginning of the response, what was
 * thrown on the server and where, its log and its queries. Secrets are redacted.
 */
export function report(response: ResponseData, context?: string): string {
  const { request, url, status, rawHeaders, record } = response
  const parts = [
    `${request.method} ${request.target}  (${url.origin})`,
    fields(request.fields),
    '',
    `${status} ${reason(response)}`,
    fields(rawHeaders),
    '',
    context ?? bodyOf(response),
  ]
  if (request.body !== undefined && record.bodyUsed?.() === false)
    parts.push('', 'The application did not read the body of the request.')
  if (record.error !== undefined) parts.push('', 'The server threw:', bar(describeError(record.error)))
  if (record.queries.length > 0)
    parts.push(
      '',
      'Its queries:',
      indent(
        list(
          record.queries.map(
            ({ text, error }) => text.replace(/\s+/g, ' ').trim() + (error ? `  failed: ${messageOf(error)}` : ''),
          ),
        ),
      ),
    )
  if (record.logs.length > 0)
    parts.push(
      '',
      'Its log:',
      indent(
        list(
          record.logs.map(
            ({ level, msg, ...rest }) =>
              `${level} ${msg} ${JSON.stringify({ ...rest, err: undefined, time: undefined })}`,
          ),
        ),
      ),
    )
  return redactText(parts.join('\n'))
}

function reason({ redirects }: ResponseData): string {
  return redirects.length === 0
    ? ''
    : `after ${redirects.map(({ status, request }) => `${status} ${request.target}`).join(', ')}`
}

function fields(list: readonly (readonly [string, string])[]): string {
  return list.map(([name, value]) => `  ${name}: ${value}`).join('\n')
}

function bodyOf(response: ResponseData): string {
  const { body } = response
  if (body.length === 0) return '(no body)'
  if (body.subarray(0, MOST_BODY).includes(0)) return `(${body.length} bytes that are no text)`
  const text = body.subarray(0, MOST_BODY).toString('utf8')
  return body.length > MOST_BODY ? `${text}\n… (${body.length} bytes in all)` : text
}

function describeError(error: unknown): string {
  const parts: string[] = []
  let at = error
  for (let depth = 0; depth < 5 && at !== undefined; depth++) {
    if (depth > 0) parts.push('caused by')
    if (!(at instanceof Error)) {
      parts.push(String(at))
      break
    }
    parts.push(at.stack ?? String(at))
    const excerpt = depth === 0 ? excerptOf(at.stack) : undefined
    if (excerpt) parts.push(excerpt)
    at = at.cause
  }
  return parts.join('\n')
}

/** The source around the first frame that is the application's own. */
function excerptOf(stack: string | undefined): string | undefined {
  for (const [, file = '', line, column] of (stack ?? '').matchAll(
    /(?<![^\s(])((?:file:\/\/)?\/[^\s()]+?):(\d+):(\d+)\)?$/gm,
  )) {
    if (file.includes('/node_modules/') || file.includes('node:')) continue
    const path = file.startsWith('file:') ? new URL(file).pathname : file
    const source = readSource(path)
    if (source !== undefined) return `${path}:${line}\n${codeFrame(source, Number(line), Number(column))}`
  }
  return undefined
}

function readSource(path: string): string | undefined {
  try {
    return process.getBuiltinModule('node:fs').readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function list(lines: readonly string[]): string {
  const rest = lines.length - MOST_LINES
  return [...lines.slice(0, MOST_LINES), ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n')
}

/** Each line starts with a bar, so that runners do not mistake frames of the server for those of the test. */
function bar(text: string): string {
  return text.replace(/^/gm, '  | ')
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ')
}
