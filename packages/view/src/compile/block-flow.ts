import type { LinkedTemplate } from './compile-template.ts'

type Templates = ReadonlyMap<string, LinkedTemplate>

/** Each layout, and one template that uses it, for messages. */
export function usersOfLayouts(templates: Templates, defaults: readonly string[]): Map<string, string> {
  const users = new Map(defaults.map(layout => [layout, 'pages that name no other']))
  for (const [name, { references }] of templates) {
    for (const layout of references.layouts) if (!users.has(layout.name)) users.set(layout.name, `"${name}"`)
  }
  return users
}

/** The templates that print what a layout wraps: the layout, or its partials. */
export function contentPrinters(layout: LinkedTemplate, templates: Templates): LinkedTemplate[] {
  const found = new Set<LinkedTemplate>()
  addParts(found, layout, templates)
  return [...found]
}

/**
 * The templates that may print a block filled by this one: itself and its partials, its layouts, and, if it is a partial,
 * the including templates with theirs. All templates, if its layout is known only at run time.
 */
export function blockPrinters(template: LinkedTemplate, templates: Templates): LinkedTemplate[] {
  const found = new Set<LinkedTemplate>()
  const seen = new Set<LinkedTemplate>()
  const all = [...templates.values()]
  /** @returns whether the layouts of everything it adds are known */
  const addAround = (inner: LinkedTemplate, isLayout: boolean): boolean => {
    if (seen.has(inner)) return true
    seen.add(inner)
    addParts(found, inner, templates)
    const { layouts, layout, computed } = inner.references
    if (computed.layout) return false
    const known = layouts.map(({ name }) => templates.get(name)).filter(outer => outer !== undefined)
    if (layouts.length > 0) return known.map(outer => addAround(outer, true)).every(Boolean)
    if (isLayout) return true // the default layout is for pages
    const users = all.filter(({ references }) => includes(references, inner, templates))
    if (users.length === 0) return layout === null
    return users.map(user => addAround(user, false)).every(Boolean)
  }
  return addAround(template, false) ? [...found] : all
}

/** Whether no other template includes this one or has it as its layout, as far as names are written out. */
export function isPage(template: LinkedTemplate, templates: Templates, defaults: readonly string[]): boolean {
  const isNamed = ({ name }: { name: string }) => templates.get(name) === template
  return (
    !defaults.some(name => isNamed({ name })) &&
    ![...templates.values()].some(({ references }) => {
      const { computed, layouts } = references
      return computed.layout || includes(references, template, templates) || layouts.some(isNamed)
    })
  )
}

/** Adds a template and its partials, which share its blocks unless they have a layout. */
function addParts(found: Set<LinkedTemplate>, template: LinkedTemplate, templates: Templates): void {
  if (found.has(template)) return
  found.add(template)
  for (const { name } of template.references.includes) {
    const part = templates.get(name)
    if (part) addParts(found, part, templates)
  }
}

function includes(references: LinkedTemplate['references'], part: LinkedTemplate, templates: Templates): boolean {
  return references.computed.include || references.includes.some(({ name }) => templates.get(name) === part)
}
