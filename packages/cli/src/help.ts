import type { Command } from './command.ts'

/** A part of a help text, as cac has it. */
interface Section {
  title?: string
  body: string
}

/**
 * The help of `arlen`, or of one command: cac's, with what the command is for and what its first word may be.
 *
 * @param command - undefined for `arlen` itself
 */
export function helpSections(sections: readonly Section[], command: Command | undefined): Section[] {
  const shown = sections.flatMap((section): Section[] => {
    if (section.title === 'Usage' && command !== undefined) {
      return [{ body: command.description }, { title: 'Usage', body: usageOf(command) }]
    }
    if (section.title?.startsWith('For more info') === true) return []
    return [section]
  })
  if (command === undefined) shown.push({ body: 'arlen <command> --help describes one of them.' })
  return shown.map(section => ({ ...section, body: section.body.split('\n').map(plain).join('\n') }))
}

function usageOf({ usage, actions = [] }: Command): string {
  const [before = ''] = usage.split(' ')
  if (actions.length === 0) return `  $ arlen ${usage}`
  const width = Math.max(...actions.map(([form]) => form.length))
  return actions.map(([form, description]) => `  $ arlen ${before} ${form.padEnd(width)}  ${description}`).join('\n')
}

/** cac calls `--no-install` true by default, and ends lines with spaces. */
function plain(line: string): string {
  return line.replace(/^(\s+--no-.*)\(default: true\)$/, '$1').trimEnd()
}
