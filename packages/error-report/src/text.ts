import { styleText } from 'node:util'
import type { Diagnostic, DiagnosticFrame, Problem } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { allPrintable, printable } from './printable.ts'

type Style = Parameters<typeof styleText>[0]
type Paint = (style: Style, text: string) => string

/** Options of {@link renderDiagnosticsText} and {@link renderProblemText}. */
export interface TextOptions {
  /** Whether to use terminal colors. Default false. */
  color?: boolean
  /** How many diagnostics to show. Default 10. */
  limit?: number
}

const OPTIONS: OptionTable<TextOptions> = { color: option.boolean, limit: option.limit }

/**
 * Renders a failure as plain text, for terminals and logs.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`
 */
export function renderProblemText(problem: Problem, options: TextOptions = {}): string {
  readOptions('renderProblemText()', options, OPTIONS)
  const heading = `${problem.status} ${problem.title} (${problem.code})`
  const diagnostics = problem.diagnostics ?? []
  const issues = (problem.errors ?? []).map(issue => `  ${issue.path}: ${issue.message} (${issue.code})`)
  return [
    heading,
    ...(problem.detail !== undefined && diagnostics[0]?.message !== problem.detail ? [printable(problem.detail)] : []),
    ...issues,
    ...(diagnostics.length > 0 ? ['', renderDiagnosticsText(diagnostics, options)] : []),
    '',
    `correlation id: ${problem.correlationId}`,
    '',
  ].join('\n')
}

/**
 * Renders diagnostics as plain text, errors before warnings.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`
 */
export function renderDiagnosticsText(diagnostics: readonly Diagnostic[], options: TextOptions = {}): string {
  const { color = false, limit = 10 } = readOptions('renderDiagnosticsText()', options, OPTIONS)
  const paint: Paint = color ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text
  const sorted = diagnostics.toSorted((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'))
  const shown = sorted.slice(0, limit).map(diagnostic => one(allPrintable(diagnostic), paint).join('\n'))
  if (sorted.length > limit) shown.push(`… and ${sorted.length - limit} more`)
  return shown.join('\n\n')
}

function one(diagnostic: Diagnostic, paint: Paint): string[] {
  const { stage, severity, name, code, message, command, exitCode, hint, snippet, output } = diagnostic
  const label = [stage, severity].join(' ')
  const kind = [name, code].filter(part => part !== undefined && !message.startsWith(part)).join(' ')
  const lines = [`${paint(severity === 'error' ? 'red' : 'yellow', label)}: ${kind && `${kind}: `}${message}`]
  const place = locationOf(diagnostic)
  if (place) lines.push(`  at ${paint('cyan', place)}`)
  if (snippet) lines.push('', ...colorFrame(snippet, paint))
  for (const excerpt of diagnostic.excerpts ?? []) {
    lines.push('', `  ${excerpt.title}`, ...colorFrame(excerpt.snippet, paint))
  }
  if (hint !== undefined) lines.push('', `  ${paint('green', 'hint')}: ${hint}`)
  if (command !== undefined)
    lines.push(`  command: ${command}${exitCode === undefined ? '' : ` (exit code ${exitCode})`}`)
  for (const [key, value] of Object.entries(diagnostic.facts ?? {})) lines.push(`  ${key}: ${value}`)
  const stack = stackLines(diagnostic.frames ?? [], paint)
  if (stack.length > 0) lines.push('', ...stack)
  if (output) lines.push('', ...output.split('\n').map(line => `  ${line}`))
  for (const cause of diagnostic.causes ?? []) {
    lines.push('', ...one(cause, paint).map((line, i) => (i === 0 ? `  caused by ${line}` : `  ${line}`)))
  }
  return lines
}

function locationOf({ file, line, column }: Diagnostic): string | undefined {
  if (file === undefined) return undefined
  return [file, line, column].filter(part => part !== undefined).join(':')
}

/** The application's own calls. Other calls are counted. */
function stackLines(frames: readonly DiagnosticFrame[], paint: Paint): string[] {
  if (!frames.some(frame => frame.origin === 'own')) return []
  const lines: string[] = []
  let folded = 0
  const flush = () => {
    if (folded > 0) lines.push(paint('gray', `  … ${folded} in dependencies and Node.js`))
    folded = 0
  }
  for (const frame of frames) {
    if (frame.origin !== 'own') {
      folded++
      continue
    }
    flush()
    lines.push(
      `  at ${frame.function ?? '(top level)'} ${paint('cyan', `${frame.file}:${frame.line}:${frame.column}`)}`,
    )
  }
  flush()
  return lines
}

function colorFrame(snippet: string, paint: Paint): string[] {
  return snippet
    .split('\n')
    .map(line => (line.startsWith('>') || /^\s+\| \s*\^/.test(line) ? paint('red', line) : paint('gray', line)))
}
