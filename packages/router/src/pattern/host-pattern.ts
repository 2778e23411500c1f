import { type Constraint, parseInlineConstraint } from './constraint.ts'

interface Label {
  text: string
  /** The parameter that captures the label. */
  name: string | undefined
  constraint: Constraint | undefined
}

export interface HostPattern {
  names: readonly string[]
  /** From the top-level domain on. */
  labels: readonly Label[]
  /** The parameter that captures all further labels, dots included. */
  rest: string | undefined
}

/** Splits at dots outside constraints such as `<[a-z.]+>`. */
function splitLabels(text: string): string[] {
  const hidden = text.replace(/<[^<>]*>/g, constraint => constraint.replaceAll('.', '\0'))
  return hidden.split('.').map(label => label.replaceAll('\0', '.'))
}

/** Reads `:tenant.example.com`. The first label may be a wildcard, `*name`. @returns what is wrong, if something is */
export function parseHost(text: string, types: ReadonlyMap<string, Constraint>): HostPattern | string {
  const labels: Label[] = []
  let rest: string | undefined
  for (const part of splitLabels(text).reverse()) {
    if (rest !== undefined) return 'has a wildcard that is not its first label'
    const wildcard = /^\*([A-Za-z_]\w*)$/.exec(part)
    if (wildcard) {
      rest = wildcard[1]!
      continue
    }
    const label = parseLabel(part, types)
    if (typeof label === 'string') return label
    labels.push(label)
  }
  const names = labels.flatMap(label => label.name ?? []).reverse()
  if (rest !== undefined) names.unshift(rest)
  if (new Set(names).size < names.length) return 'has two parameters of one name'
  return { names, labels, rest }
}

function parseLabel(part: string, types: ReadonlyMap<string, Constraint>): Label | string {
  if (/^[\w-]+$/.test(part)) return { text: part.toLowerCase(), name: undefined, constraint: undefined }
  const placeholder = /^:([A-Za-z_]\w*)(?:<(.+)>)?$/.exec(part)
  if (!placeholder) return `is not a host name: ${JSON.stringify(part)} is not a label; ports are not compared`
  const [, name, inline] = placeholder
  if (name === '__proto__') return 'has a parameter named __proto__'
  const constraint = inline === undefined ? undefined : parseInlineConstraint(inline, types)
  if (typeof constraint === 'string') return `has a constraint that ${constraint}`
  return { text: '', name: name!, constraint }
}

/** Compares, ignoring case, port and a final dot (RFC 9110, section 4.2.3), and adds the parameters. */
export function matchHost(pattern: HostPattern, host: string, params: Record<string, string>): boolean {
  const labels = host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '').split('.')
  const { labels: wanted, rest } = pattern
  if (rest === undefined ? labels.length !== wanted.length : labels.length <= wanted.length) return false
  for (const { text, name, constraint } of wanted) {
    const label = labels.pop()!
    if (name === undefined ? label !== text : label === '' || constraint?.test(label) === false) return false
    if (name !== undefined) params[name] = label
  }
  if (rest !== undefined) params[rest] = labels.join('.')
  return true
}
