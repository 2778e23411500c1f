import type { Mutant } from './mutants.ts'

/** A mutant with the number that switches it on. */
export interface NumberedMutant extends Mutant {
  id: number
}

/**
 * Writes mutants into a module so that each is dormant until `active.ts` is told its number: one copy of the repository
 * serves every mutant, including in processes that tests start. One line is added, which excludes the module from type
 * checks; otherwise lines keep their numbers.
 *
 * Each replaced expression becomes a call, because a parenthesis at the start of a line would continue the previous line.
 */
export function instrument(text: string, mutants: readonly NumberedMutant[], activeModule: string): string {
  const sites = [...mutants].sort((a, b) => a.start - b.start || b.end - a.end)
  const header = `// @ts-nocheck\nimport { isMutant as __is, value as __value } from ${JSON.stringify(activeModule)};`
  return header + render(text, 0, text.length, sites)
}

function render(text: string, start: number, end: number, sites: readonly NumberedMutant[]): string {
  let out = ''
  let at = start
  for (let index = 0; index < sites.length; ) {
    const site = sites[index]!
    let next = index
    while (next < sites.length && sites[next]!.start < site.end) next += 1
    const group = sites.slice(index, next)
    const same = group.filter(other => other.start === site.start && other.end === site.end)
    const inner = group.filter(other => !same.includes(other))
    out += text.slice(at, site.start) + replaced(same, render(text, site.start, site.end, inner))
    at = site.end
    index = next
  }
  return out + text.slice(at, end)
}

function replaced(same: readonly NumberedMutant[], original: string): string {
  const [first] = same
  if (first?.replacement === null) return `{ if (!__is(${first.id})) { ${original} } }`
  const choices = same.map(({ id, replacement }) => `__is(${id}) ? (${replacement}) : `).join('')
  return `__value(${choices}(${original}))`
}
