import type { Diagnostic } from '@arlen/core'
import { nearMiss } from '../near-miss.ts'
import { templateError, templateWarning } from '../template-error.ts'
import type { Token } from './code-lexer.ts'
import type { Template } from './parser.ts'

/**
 * Checks that the slots that a template calls, as in `slots.row(item)`, are declared in its header.
 *
 * @returns a warning for each declared slot that it never prints
 */
export function checkSlots(template: Template, name: string): Diagnostic[] {
  const { header, names, source } = template
  const uses = names.builtins.filter(({ text }) => text === 'slots')
  if (names.declared.has('slots') || header?.bound.has('slots')) return []
  const known = [...(header?.slots.keys() ?? [])]
  const refuse = (token: Token, slot: string) => {
    return templateError('slot_unknown', source, token.start, { name, slot, hint: slotHint(slot, known) })
  }
  const tokens = template.nodes.flatMap(node => (node.kind === 'text' ? [] : node.tag.tokens))
  const members = uses.map(token => memberAfter(tokens, tokens.indexOf(token)))
  const wrong = members.find(member => member && !known.includes(member.text))
  if (wrong) throw refuse(wrong, wrong.text)
  if (uses[0] && known.length === 0) throw refuse(uses[0], 'slots')
  if (members.includes(undefined)) return [] // it destructures them, or passes all of them on
  return [...(header?.slots ?? [])]
    .filter(([slot]) => !members.some(member => member!.text === slot))
    .map(([slot, { offset }]) => {
      return templateWarning(
        source,
        offset,
        `This template never prints its slot "${slot}": write <%= slots.${slot}() %>.`,
      )
    })
}

function memberAfter(tokens: readonly Token[], index: number): Token | undefined {
  const dot = tokens[index + 1]?.text
  const member = tokens[index + 2]
  return (dot === '.' || dot === '?.') && member?.kind === 'name' ? member : undefined
}

/** The message about an undeclared slot. */
export function slotHint(slot: string, known: readonly string[]): string {
  if (known.length === 0) return ': declare its slots in its header, as in slots: { body: [] }.'
  const near = nearMiss(slot, known)
  return near === '.' ? `; it has ${known.map(one => `"${one}"`).join(', ')}.` : near
}
