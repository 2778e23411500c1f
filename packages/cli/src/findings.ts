import type { Finding } from '@arlen/pg/migrations'
import type { Io } from './command.ts'

/** One unsafe statement: where it is, what is wrong, what it locks, and what to do instead. */
export function findingText({ file, line, column, rule, problem, lock, recipe, phase, link }: Finding): string {
  const lines = [
    `${file}:${line}:${column} ${rule}: ${problem}`,
    `  ${phase === 'contract' ? 'contracts: for a release after the one that stops using it' : 'expands'}`,
  ]
  if (lock !== undefined) lines.push(`  locks: ${lock}`)
  if (recipe !== '') lines.push(`    ${recipe.replaceAll('\n', '\n    ')}`)
  return [...lines, `  ${link}`].join('\n')
}

/** Prints unsafe migrations with safe alternatives. Resolves with their number. */
export function reportFindings(findings: readonly Finding[], io: Io): number {
  for (const finding of findings) io.err(findingText(finding))
  return findings.length
}
