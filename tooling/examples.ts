/** Pages that belong to no package, and the package whose dependencies their examples have; others have those of the framework. */
const AT_HAND: Readonly<Record<string, string>> = {
  'docs/testing.md': 'packages/testing',
  'docs/realtime.md': 'packages/testing',
}

/** The folder in which a page's examples find what they import. */
export function packageOf(page: string): string {
  const [, own] = /^((?:packages|apps)\/[^/]+)\//.exec(page) ?? []
  return own ?? AT_HAND[page] ?? 'packages/arlen'
}

export interface Example {
  /** Line number of its first line of code, from 1. */
  line: number
  code: string
}

/**
 * The fenced code blocks of a Markdown page that are marked `ts run` (CommonMark 0.31, section 4.5; without indented
 * fences, which our pages do not have).
 *
 * @throws if a fence is never closed
 */
export function findExamples(markdown: string): Example[] {
  const examples: Example[] = []
  const lines = markdown.split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const [, fence, info] = /^(`{3,}|~{3,})([^`]*)$/.exec(lines[at] ?? '') ?? []
    if (fence === undefined) continue
    const closing = new RegExp(`^${fence[0]}{${fence.length},}\\s*$`)
    const end = lines.findIndex((line, index) => index > at && closing.test(line))
    if (end < 0) throw new Error(`the fence of line ${at + 1} is never closed`)
    if (info?.trim() === 'ts run') examples.push({ line: at + 2, code: `${lines.slice(at + 1, end).join('\n')}\n` })
    at = end
  }
  return examples
}
