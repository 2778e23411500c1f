import type { Diagnostic } from '@arlen/core'
import { viewError } from '../errors.ts'
import { nearMiss } from '../near-miss.ts'
import { slotHint } from '../parse/slot-use.ts'
import { type TemplateError, type TemplateSource, templateError, templateWarning } from '../template-error.ts'
import { blockPrinters, contentPrinters, isPage, usersOfLayouts } from './block-flow.ts'
import type { LinkedTemplate } from './compile-template.ts'

/** The templates of a folder, by name. */
export type LinkedTemplates = ReadonlyMap<string, LinkedTemplate>

/**
 * Checks the references between templates whose names are literal: layouts, includes and slots must exist, each block must
 * be printed somewhere, layouts must print what they wrap, and JSON pages must be able to print JSON.
 *
 * @param defaults - layouts that pages get without naming them
 * @throws template_missing for one of the defaults
 */
export function checkLinks(
  templates: LinkedTemplates,
  defaults: readonly string[],
): { errors: TemplateError[]; warnings: Diagnostic[] } {
  const unknown = defaults.find(layout => !templates.has(layout))
  if (unknown !== undefined) throw viewError('template_missing', missing(unknown, templates))
  const errors: TemplateError[] = []
  const warnings: Diagnostic[] = []
  for (const template of templates.values()) {
    errors.push(...missingTemplates(template, templates), ...wrongSlots(template, templates))
    if (template.jsonMistake && isPage(template, templates, defaults)) errors.push(template.jsonMistake)
    warnings.push(...lostBlocks(template, templates))
  }
  for (const [layout, user] of usersOfLayouts(templates, defaults))
    warnings.push(...lostContent(layout, user, templates))
  return { errors, warnings }
}

function missing(name: string, templates: LinkedTemplates): { name: string; where: string } {
  return { name, where: nearMiss(name, templates.keys()) }
}

function sourceOf({ map }: LinkedTemplate): TemplateSource {
  return { path: map.sources[0]!, text: map.sourcesContent[0]! }
}

function* missingTemplates(template: LinkedTemplate, templates: LinkedTemplates): Generator<TemplateError> {
  const { includes, layouts } = template.references
  for (const { name, offset } of [...layouts, ...includes]) {
    if (!templates.has(name)) {
      yield templateError('template_missing', sourceOf(template), offset, missing(name, templates))
    }
  }
}

function* wrongSlots(template: LinkedTemplate, templates: LinkedTemplates): Generator<TemplateError> {
  for (const { include, names } of template.references.slots) {
    const declared = templates.get(include.name)?.references.declaredSlots
    if (!declared || !names) continue
    const known = [...declared.keys()]
    const source = sourceOf(template)
    for (const { name: slot, offset } of names) {
      if (declared.has(slot)) continue
      yield templateError('slot_unknown', source, offset, { name: include.name, slot, hint: slotHint(slot, known) })
    }
    const absent = known.find(slot => declared.get(slot) && !names.some(({ name }) => name === slot))
    if (absent === undefined) continue
    yield templateError('slot_missing', source, include.offset, { name: include.name, slot: absent })
  }
}

function* lostBlocks(template: LinkedTemplate, templates: LinkedTemplates): Generator<Diagnostic> {
  if (template.references.fills.length === 0) return
  const printers = blockPrinters(template, templates).map(({ references }) => references)
  if (printers.some(({ computed }) => computed.block || computed.include)) return
  const printed = new Set(printers.flatMap(({ prints }) => prints))
  for (const { name, offset } of template.references.fills) {
    if (printed.has(name)) continue
    const near = nearMiss(name, printed)
    const hint = near === '.' ? `: a layout of this template has to call content('${name}').` : near
    yield templateWarning(sourceOf(template), offset, `Nobody prints the block "${name}"${hint}`)
  }
}

function* lostContent(layout: string, user: string, templates: LinkedTemplates): Generator<Diagnostic> {
  const template = templates.get(layout)
  if (!template || template.references.mayDropContent) return
  const printers = contentPrinters(template, templates)
  if (printers.some(({ references }) => references.printsContent || references.computed.include)) return
  const message = `This is the layout of ${user}, but it never calls content(): the page inside it is not printed.`
  yield templateWarning(sourceOf(template), 0, message)
}
