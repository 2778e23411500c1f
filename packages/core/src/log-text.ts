import type { DestinationStream } from 'pino'

interface Line extends Record<string, unknown> {
  level: string
  time: string
  msg?: string
  err?: { type?: string; message?: string; stack?: string }
}

const COLORS: Readonly<Record<string, string>> = { warn: '33', error: '31', fatal: '31;1', debug: '2', trace: '2' }

/** Formats JSON lines for people: `20:15:01 info request method=GET path=/ status=200`, with stacks below. */
export function textStream(out: DestinationStream, color: boolean): DestinationStream {
  return { write: line => out.write(formatLine(line, color)) }
}

export function formatLine(json: string, color: boolean): string {
  let line: Line
  try {
    line = JSON.parse(json) as Line
  } catch {
    return json // not one of our lines: printed as it is
  }
  const { level, time, msg = '', err, ...rest } = line
  const paint = (text: string, code: string | undefined) => (color && code ? `\u001b[${code}m${text}\u001b[0m` : text)
  const facts = Object.entries(rest).map(([name, value]) => paint(` ${name}=${show(value)}`, '2'))
  const stack = err ? `\n${indent(err.stack ?? `${err.type ?? 'Error'}: ${err.message ?? ''}`)}` : ''
  return `${time.slice(11, 19)} ${paint(level.padEnd(5), COLORS[level])} ${visible(msg)}${facts.join('')}${stack}\n`
}

function show(value: unknown): string {
  return typeof value === 'string' && /^[^\s"]+$/.test(value) ? visible(value) : (JSON.stringify(value) ?? '')
}

function indent(text: string): string {
  return text
    .split('\n')
    .map(line => `  ${visible(line)}`)
    .join('\n')
}

/** Escapes control characters: sent by clients, they could rewrite a terminal. */
function visible(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, character => JSON.stringify(character).slice(1, -1))
}
