import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One call of a stack trace. With `--enable-source-maps` its location is the one in the source. */
export interface StackFrame {
  /** Undefined for the top level of a module and for functions without a name. */
  function?: string
  /** An absolute path, or else `node:fs`, `<anonymous>` and the like. */
  file: string
  /** From 1; 0 if unknown. */
  line: number
  /** From 1; 0 if unknown. */
  column: number
  async: boolean
  /** The line of the stack trace. */
  text: string
}

/** A place in a file. `line` and `column` count from 1. */
export interface SourceLocation {
  file: string
  line: number
  column?: number | undefined
}

const AT = /^\s{4}at (.+)$/
const POSITION = /^(.*?):(\d+)(?::(\d+))?$/

/**
 * Parses a stack trace. The message is cut off first, so that a message that looks like a stack trace adds no frames.
 */
export function parseStack(stack: string, message = ''): StackFrame[] {
  const start = message === '' ? -1 : stack.indexOf(message)
  const trace = start === -1 ? stack : stack.slice(start + message.length)
  const frames: StackFrame[] = []
  for (const line of trace.split('\n')) {
    const at = AT.exec(line)
    const frame = at && parseFrame(at[1]!, line)
    if (frame) frames.push(frame)
  }
  return frames
}

function parseFrame(text: string, line: string): StackFrame | undefined {
  const async = text.startsWith('async ')
  const call = async ? text.slice(6) : text
  if (/^Promise\.\w+ \(index \d+\)$/.test(call)) return undefined
  const open = openingParenthesis(call)
  const name = open === -1 ? '' : call.slice(0, open).trim()
  const location = locationOf(call)
  const position = POSITION.exec(innermostLocation(location))
  return {
    ...(name !== '' && name !== '<anonymous>' && { function: name }),
    file: toPath(position?.[1] ?? location),
    line: Number(position?.[2] ?? 0),
    column: Number(position?.[3] ?? 0),
    async,
    text: line,
  }
}

/**
 * Replaces the locations of frames in a stack trace. `place` returns the new location, or undefined to keep the old one. Frames
 * without a location, and code made by `eval`, are kept.
 */
export function mapStack(stack: string, place: (frame: StackFrame) => SourceLocation | undefined): string {
  return stack
    .split('\n')
    .map(line => {
      const at = AT.exec(line)
      const frame = at && parseFrame(at[1]!, line)
      const mapped = frame && frame.line > 0 && !line.includes('(eval at ') ? place(frame) : undefined
      return mapped ? line.replace(locationOf(at![1]!), () => formatLocation(mapped)) : line
    })
    .join('\n')
}

/** `file:line:column`, or less if less is known. */
export function formatLocation({ file, line, column }: SourceLocation): string {
  return [file, line, column].filter(part => part !== undefined).join(':')
}

/** The text in the parentheses at the end of a call, or the whole call if there are none. */
function locationOf(text: string): string {
  const call = text.startsWith('async ') ? text.slice(6) : text
  const open = openingParenthesis(call)
  return open === -1 ? call : call.slice(open + 1, -1)
}

/** The index of the parenthesis that matches the last one, or -1. Names and paths may contain parentheses too. */
function openingParenthesis(call: string): number {
  if (!call.endsWith(')')) return -1
  let depth = 0
  for (let i = call.length - 1; i >= 0; i--) {
    if (call[i] === ')') depth++
    else if (call[i] === '(' && --depth === 0) return i === 0 || call[i - 1] === ' ' ? i : -1
  }
  return -1
}

/** `eval at f (file:///a.js:1:2), <anonymous>:3:4` is code made at `file:///a.js:1:2`. */
function innermostLocation(location: string): string {
  const made = /^eval at .*\(([^()]+:\d+:\d+)\)/.exec(location)
  return made ? made[1]! : location
}

/**
 * Parses the location that Node.js prints above a syntax error: `file:///a.ts:3`. The column is that of the caret in the excerpt
 * below, if there is one.
 *
 * @param isFile - whether a text can be a file. Default: absolute paths
 */
export function parseSyntaxErrorHeader(
  stack: string,
  isFile: (file: string) => boolean = isAbsolute,
): SourceLocation | undefined {
  const lines = stack.split('\n')
  const position = POSITION.exec(lines[0] ?? '')
  if (!position || position[3] !== undefined) return undefined
  const file = toPath(position[1]!)
  if (!isFile(file)) return undefined
  // The caret, if any, has a line of its own.
  const caret = lines.slice(1, 8).find(line => /^\s*\^+\s*$/.test(line))
  return { file, line: Number(position[2]), ...(caret !== undefined && { column: caret.indexOf('^') + 1 }) }
}

/** Whether a file belongs to an installed package, where no mistake of the program is expected. */
export function isInstalled(file: string): boolean {
  return /(?:^|[\\/])node_modules[\\/]/.test(file)
}

/** Converts a `file:` URL to a path, without its query; anything else is returned as it is. */
export function toPath(location: string): string {
  if (!location.startsWith('file:')) return location
  try {
    return fileURLToPath(location.split(/[?#]/, 1)[0]!)
  } catch {
    return location // not a path of this system
  }
}
