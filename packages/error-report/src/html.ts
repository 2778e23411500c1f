/** Markup that is finished: everything in it has been escaped. */
export interface Html {
  readonly html: string
}

type Part = string | number | undefined | false | Html | readonly Html[]

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => ESCAPES[character]!)
}

/** Builds markup: strings put in are escaped, {@link Html} is not, `undefined` and `false` are nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let out = strings[0]!
  for (const [i, part] of parts.entries()) out += markup(part) + strings[i + 1]!
  return { html: out }
}

export function raw(markup: string): Html {
  return { html: markup }
}

export const nothing: Html = raw('')

function markup(part: Part): string {
  if (part === undefined || part === false) return ''
  if (typeof part === 'string') return escapeHtml(part)
  if (typeof part === 'number') return String(part)
  return 'html' in part ? part.html : part.map(item => item.html).join('')
}
