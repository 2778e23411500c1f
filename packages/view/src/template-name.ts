import type { Format } from './render/escape.ts'

/** The file extension of templates. */
export const EXTENSION = '.ets'

/** The name of `users/show.html.ets` is `users/show`, that of `mail/hello.txt.ets` is `mail/hello.txt`. */
export function nameOfFile(path: string): string {
  const name = path.replaceAll('\\', '/').slice(0, -EXTENSION.length)
  return name.endsWith('.html') ? name.slice(0, -'.html'.length) : name
}

/** The possible files of a template, the likeliest first. */
export function filesOfName(name: string): string[] {
  return [`${name}.html${EXTENSION}`, `${name}${EXTENSION}`]
}

interface Kind {
  format: Format
  contentType: string
}

/** What templates print, by the extension before `.ets`. */
const KINDS: Readonly<Record<string, Kind>> = {
  html: { format: 'html', contentType: 'text/html; charset=utf-8' },
  xml: { format: 'xml', contentType: 'application/xml; charset=utf-8' },
  svg: { format: 'svg', contentType: 'image/svg+xml; charset=utf-8' },
  json: { format: 'json', contentType: 'application/json' },
  txt: { format: 'txt', contentType: 'text/plain; charset=utf-8' },
  md: { format: 'txt', contentType: 'text/markdown; charset=utf-8' },
  csv: { format: 'csv', contentType: 'text/csv; charset=utf-8' },
}

/** The format of a path or name; `html` for unknown extensions, such as the `2` of `v1.2`. */
export function formatOf(path: string): Format {
  return kindOf(path).format
}

export function contentTypeOf(name: string): string {
  return kindOf(name).contentType
}

function kindOf(path: string): Kind {
  const name = path.endsWith(EXTENSION) ? path.slice(0, -EXTENSION.length) : path
  const extension = /\.([a-z]+)$/.exec(name)?.[1] ?? 'html'
  return (Object.hasOwn(KINDS, extension) ? KINDS[extension] : undefined) ?? KINDS.html!
}

/** Whether a name stays in the template folder: no empty, `.` or `..` segments, and no separators but `/`. */
export function isTemplateName(name: string): boolean {
  return /^[^\\\0:]+$/.test(name) && name.split('/').every(part => part !== '' && !/^\.+$/.test(part))
}
