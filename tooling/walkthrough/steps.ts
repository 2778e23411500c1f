/** A step of a page that is followed. */
export type Step =
  /** Commands, one per line, in order. `expected` is the output of the last one, with `…` for anything. */
  | { kind: 'run'; line: number; commands: string[]; expected?: string }
  /** A command that serves until the next one, or until the page ends. */
  | { kind: 'serve'; line: number; command: string }
  | { kind: 'write'; line: number; file: string; text: string }

/**
 * The steps of a Markdown page: fenced blocks whose info string is `sh run`, `sh serve`, `<language> file=<path>`, and
 * `text output` after a run. Other blocks are only for readers.
 *
 * @throws for a fence that is never closed and for an output without a preceding run
 */
export function stepsOf(markdown: string): Step[] {
  const steps: Step[] = []
  const fences = /^(`{3,})([^\n`]*)\n([\s\S]*?)^\1[ \t]*$/gm
  for (const match of markdown.matchAll(fences)) {
    const [, , info = '', text = ''] = match
    const line = markdown.slice(0, match.index).split('\n').length + 1
    const [language, ...words] = info.trim().split(/\s+/)
    const file = words.find(word => word.startsWith('file='))?.slice('file='.length)
    if (file !== undefined) steps.push({ kind: 'write', line, file, text })
    else if (language === 'sh' && words[0] === 'run') steps.push({ kind: 'run', line, commands: linesOf(text) })
    else if (language === 'sh' && words[0] === 'serve')
      steps.push({ kind: 'serve', line, command: linesOf(text)[0] ?? '' })
    else if (words[0] === 'output') {
      const last = steps.at(-1)
      if (last?.kind !== 'run') throw new Error(`the output of line ${line} follows no run`)
      last.expected = text
    }
  }
  return steps
}

/** Without prompts, empty lines and comments. */
function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map(line => line.replace(/\s+# .*$/, '').trim())
    .filter(line => line !== '' && !line.startsWith('#'))
}

/** Whether an output matches the page: line by line from the first match on, with `…` for any text. */
export function shows(actual: string, expected: string): boolean {
  const pattern = expected
    .trim()
    .split('…')
    .map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+'))
    .join('[^]*?')
  return new RegExp(pattern).test(actual)
}
