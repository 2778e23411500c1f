/**
 * Lint for regular expressions that take more than linear time. Most of those are quadratic, as `/[ \t]*,/` is for a run of
 * blanks, and a header section is long enough for that to matter. Every shipped expression is checked, whatever its input
 * is.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'
import { analyse, type Report } from 'scslre'
import { readWorkspace } from '../architecture/workspace.ts'

export interface Finding {
  /** From 1. */
  line: number
  pattern: string
  /** The expensive part. */
  reason: string
}

const REASONS: Readonly<Record<Report['type'], string>> = {
  Trade: 'two of its quantifiers can share',
  Self: 'a quantifier inside of another can share with itself',
  Move: 'it begins anew at each character of',
}

/** The regular expressions of a source that are worse than linear, literals and `RegExp('…')` alike. */
export function findSuperlinear(file: string, text: string): Finding[] {
  const findings: Finding[] = []
  const check = (start: number, source: string, flags: string) => {
    const { reports } = analyse({ source, flags })
    const worst = reports.find(({ exponential }) => exponential) ?? reports[0]
    if (worst === undefined) return
    const time = worst.exponential ? 'exponential' : 'quadratic'
    const reason = `${time} time: ${REASONS[worst.type]} runs of ${worst.character.literal.source}`
    findings.push({ line: text.slice(0, start).split('\n').length, pattern: `/${source}/${flags}`, reason })
  }
  const construct = (node: { start: number; callee: unknown; arguments: readonly unknown[] }) => {
    if ((node.callee as { name?: string }).name !== 'RegExp') return
    const [source, flags] = node.arguments.map(plainText)
    if (source !== undefined) check(node.start, source, flags ?? '')
  }
  new Visitor({
    Literal: node => {
      if ('regex' in node && node.regex) check(node.start, node.regex.pattern, node.regex.flags)
    },
    NewExpression: construct,
    CallExpression: construct,
  }).visit(parseSync(file, text).program)
  return findings
}

/** The text of a string without interpolations. */
function plainText(node: unknown): string | undefined {
  const { type, value, quasi, quasis } = node as { type: string; value: unknown; quasi?: unknown; quasis?: Quasi[] }
  if (type === 'Literal') return typeof value === 'string' ? value : undefined
  if (type === 'TaggedTemplateExpression') return rawText(quasi as { quasis: Quasi[] })
  return type === 'TemplateLiteral' && quasis?.length === 1 ? quasis[0]!.value.cooked : undefined
}

interface Quasi {
  value: { raw: string; cooked: string }
}

function rawText({ quasis }: { quasis: Quasi[] }): string | undefined {
  return quasis.length === 1 ? quasis[0]!.value.raw : undefined
}

/** All findings in shipped code, one line each. */
function findSuperlinearIn(root: string): string[] {
  const { packages, users } = readWorkspace(root)
  const shipped = [...packages, ...users].flatMap(each => each.sources.filter(source => source.shipped))
  return shipped.flatMap(({ path }) =>
    findSuperlinear(path, readFileSync(join(root, path), 'utf8')).map(
      ({ line, pattern, reason }) => `${path}:${line}: ${pattern} takes ${reason}`,
    ),
  )
}

if (import.meta.main) {
  const found = findSuperlinearIn(join(import.meta.dirname, '../..'))
  for (const line of found) console.error(line)
  if (found.length > 0) {
    console.error('Anchor the pattern, or split at a character (text.split(…), indexOf) and trim the parts.')
    process.exitCode = 1
  }
}
