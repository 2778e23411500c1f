import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The steps of a visit are members of the result of `visit()`, which has no exported name. */
const TESTING = 'packages/testing/README.md'

/** The names that the docs may use: everything that the packages export and accept, and the words of their commands. */
export function knownNames(root: string): { words: Set<string>; commands: Set<string> } {
  const read = (patterns: string[]) =>
    globSync(patterns, { cwd: root }).map(path => readFileSync(join(root, path), 'utf8'))
  const surfaces = read([
    'packages/*/api.md',
    'docs/configuration.md',
    'packages/propane/src/accessories/table.ts',
    TESTING,
  ])
  const words = new Set(surfaces.join('\n').match(/[A-Za-z_]\w*/g))
  const usages = read(['packages/cli/src/commands/*.ts']).flatMap(text => [...text.matchAll(/usage: '([a-z]+)/g)])
  const usage = read(['packages/propane/src/command-line/usage.ts']).join('')
  const [, controls = ''] = /propane ((?:[a-z]+(?: N)?\|)+[a-z]+)/.exec(usage) ?? []
  const propane = controls.split('|').map(word => `propane ${word.replace(' N', '')}`)
  return { words, commands: new Set([...usages.map(match => match[1] ?? ''), ...propane]) }
}

/** From the tables of a page: Arlen's name for something (the second column), and the reason if it has none (the third). */
export function ownColumn(markdown: string): { line: number; text: string }[] {
  return markdown.split('\n').flatMap((row, index) => {
    if (!row.startsWith('| ')) return []
    const [, , own = '', reason = ''] = cellsOf(row)
    return [{ line: index + 1, text: /^(out of scope|deferred)/.test(reason) ? `${own} ${reason}` : own }]
  })
}

/** Starts with an empty one before the first bar. Bars within code are escaped in a table, and ours have none. */
export function cellsOf(row: string): string[] {
  return row.split('|').map(cell => cell.trim())
}

/** Names in code that do not exist in Arlen. Members count: for `c.session.get('cart')`, `session` and `get`. */
export function unknownNames(text: string, { words, commands }: ReturnType<typeof knownNames>): string[] {
  const code = [...text.matchAll(/`([^`]+)`/g)].map(match => match[1] ?? '')
  return code.flatMap(each => {
    const command = /^(?:npx )?arlen ([a-z]+(?: [a-z]+)?)/.exec(each)?.[1]
    if (command !== undefined) {
      const [first = ''] = command.split(' ')
      const isControl = first === 'propane' && command !== first
      return commands.has(isControl ? command : first) ? [] : [`arlen ${command}`]
    }
    const withoutTexts = each.replace(/'[^']*'/g, "''")
    const members = [
      ...withoutTexts.matchAll(
        /\b(?:c|app|t|db|ws|session|http|log|mail|views|static|templates|security|boomhauer)((?:\.\w+)+)/g,
      ),
    ]
    const calls = [...withoutTexts.matchAll(/(?<![.\w])([a-z]\w+)\(/g)].map(match => match[1] ?? '')
    const names = [...members.flatMap(match => (match[1] ?? '').slice(1).split('.')), ...calls]
    return names.filter(name => !words.has(name) && !LANGUAGE.has(name))
  })
}

/** Names of the language, Node.js, and the libraries that pages mention. */
const LANGUAGE = new Set(['async', 'await', 'block', 'file', 'mimeType', 'maxSize', 'fetch', 'if'])
